"""Invented places with plausible air, to see and to try Clair without a device.

`places` says which places there are, `timetable` who is in a room and when its windows are open,
`air` what the air is like then, `devices` what each family of sensors would send of it. All that is
pure and repeatable: a second has one value, whether it is loaded as history (`load`) or published
live (`clair.forwarders.simulator`), so that both meet without a step.
"""
