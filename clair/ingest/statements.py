"""The SQL that stores samples and counts them by day, as each of the databases wants it."""

from sqlalchemy import text

COLUMNS = ("node", "timestamp_s", "co2_ppm", "temperature", "humidity", "status")
POSTGRESQL_BATCH = """
    unnest(
        CAST(:node AS uuid[]), CAST(:timestamp_s AS bigint[]), CAST(:co2_ppm AS smallint[]),
        CAST(:temperature AS smallint[]), CAST(:humidity AS smallint[]), CAST(:status AS text[])
    ) AS new(node, timestamp_s, co2_ppm, temperature, humidity, status)
"""
SQLITE_BATCH = """(
    SELECT json_extract(value, '$[0]') AS node, json_extract(value, '$[1]') AS timestamp_s,
        json_extract(value, '$[2]') AS co2_ppm, json_extract(value, '$[3]') AS temperature,
        json_extract(value, '$[4]') AS humidity, json_extract(value, '$[5]') AS status
    FROM json_each(:rows)
) AS new"""
INSERT = """
    INSERT INTO sample (
        node_id, timestamp_s, co2_ppm, temperature_decidegrees, rel_humidity_percent,
        measurement_status
    )
    {rows}
    ON CONFLICT DO NOTHING
    RETURNING node_id, timestamp_s
"""
# In one order everywhere: two batches that share samples would deadlock else.
MANY_ROWS = """
    SELECT node.id, new.timestamp_s, new.co2_ppm, new.temperature, new.humidity, new.status
    FROM {batch} JOIN node ON node.uuid = new.node
    WHERE true
    ORDER BY node.id, new.timestamp_s
"""
ONE_ROW = """
    SELECT id, CAST(:timestamp_s AS bigint), :co2_ppm, :temperature, :humidity, :status
    FROM node WHERE uuid = CAST(:node AS uuid)
"""
SQLITE_INSERTED = """(
    SELECT json_extract(value, '$[0]') AS node_id, json_extract(value, '$[1]') AS timestamp_s
    FROM json_each(:rows)
) AS inserted"""
COUNT = """
    INSERT INTO daily_count AS known (node_id, day, samples)
    SELECT node_id, timestamp_s / 86400, count(*) FROM {inserted} GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (node_id, day) DO UPDATE SET samples = known.samples + excluded.samples
"""
COUNT_ONE = """
    INSERT INTO daily_count AS known (node_id, day, samples)
    SELECT node_id, timestamp_s / 86400, 1 FROM inserted
    ON CONFLICT (node_id, day) DO UPDATE SET samples = known.samples + 1
"""
BOTH = """
    WITH inserted AS ({insert}), counted AS ({count}) SELECT node_id, timestamp_s FROM inserted
"""
FIND = """
    SELECT node.id, sample.co2_ppm, sample.temperature_decidegrees, sample.rel_humidity_percent,
        sample.measurement_status, new.node, new.timestamp_s
    FROM {batch} JOIN node ON node.uuid = new.node
    LEFT JOIN sample ON sample.node_id = node.id AND sample.timestamp_s = new.timestamp_s
        AND sample.timestamp_s BETWEEN :first_s AND :last_s
"""
INSERT_POSTGRESQL = INSERT.format(rows=MANY_ROWS.format(batch=POSTGRESQL_BATCH))
INSERT_SQLITE = INSERT.format(rows=MANY_ROWS.format(batch=SQLITE_BATCH))
POSTGRESQL = {
    "insert": text(BOTH.format(insert=INSERT_POSTGRESQL, count=COUNT.format(inserted="inserted"))),
    # What every uplink runs: planning arrays, a sort and groups would take half as long again.
    "insert one": text(BOTH.format(insert=INSERT.format(rows=ONE_ROW), count=COUNT_ONE)),
    "find": text(FIND.format(batch=POSTGRESQL_BATCH)),
}
SQLITE = {
    "insert": text(INSERT_SQLITE),
    "count": text(COUNT.format(inserted=SQLITE_INSERTED)),
    "find": text(FIND.format(batch=SQLITE_BATCH)),
}
