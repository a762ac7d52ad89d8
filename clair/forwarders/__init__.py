"""Bring uplinks from a LoRaWAN network's broker to the ingest endpoint, and lose none on the way.

The way of an uplink:

1. `session` holds the MQTT session. A message is written to the spool and only then acknowledged.
2. `spool` is a SQLite file: what is in it survives a crash, a restart and a loss of power.
3. `delivery` posts the oldest messages to the ingest endpoint, as they came and in their order,
   and deletes them when the endpoint says that it has them.
4. `run` starts and ends all this and writes a status file; `health` judges that file.

The promise: a message that reached the spool is delivered at least once, in the order of arrival,
however long the endpoint is away. A repetition is harmless, because ingest stores a sample once.
A message that the endpoint refuses for good is kept in the spool with the reason. Before the spool
the broker decides: one that grants QoS 1 and keeps sessions, such as Mosquitto, repeats what was
not acknowledged and keeps what is published while we are away. The Things Stack grants QoS 0 only,
so what it sends while nobody is connected has to be fetched from its storage.
`Session._on_subscribe` is where such a gap ends: a backfill starts there and puts what it fetched
into the same spool.

Another network is another `network.Network`: its topic, log-in and name, which is also the last
part of the endpoint's address.
"""
