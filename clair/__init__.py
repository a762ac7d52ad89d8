"""Clair collects measurements of indoor air in public places, keeps them, and shows how good it is.

Where do I look?

==========================================  =====================================================
What happens at this URL?                   ``blueprints/<noun>.py``, function = last part
What does this page look like?              ``templates/<endpoint with a slash>.html``
Why may (may not) she see this?             ``access.py``
What does the JSON:API know of a resource?  ``blueprints/api/resources.py`` and ``schemas.py``
What does "install a node" do?              ``inventory/installations.py::install_node``
How does an uplink become samples?          ``ingest/receive.py``, then ``ingest/store.py``
How is an ERS payload read?                 ``ingest/decoders/ers.py``
How does an uplink get here?                ``forwarders/__init__.py``
Which levels are good, elevated, bad?       ``analytics/thresholds.py``
When does a room get the medal?             ``analytics/medal.py``
Which SQL draws this chart?                 ``timeseries/charts.py``
Which SQL fills the overview?               ``overview.py``
What does an import take over?              ``managair/kinds.py``
What runs every night?                      ``jobs/schedule.py``
Which settings exist?                       ``config.py``, or ``flask config list``
How do I run a thing by hand?               ``flask --help``, then ``cli/``
==========================================  =====================================================
"""
