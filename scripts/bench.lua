-- Posts one uplink message a request for wrk: each from the next sensor, ten minutes after its last.
-- BENCH_TEMPLATE names a file with EUI and TIME in the places of both, BENCH_TOKEN is the source's.
local file = io.open(os.getenv("BENCH_TEMPLATE"))
local template = file:read("*a")
file:close()
local headers = {
  ["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN"),
  ["Content-Type"] = "application/json",
}
local nodes = tonumber(os.getenv("BENCH_NODES"))
local from_s = tonumber(os.getenv("BENCH_FROM_S"))
local number = 0

function request()
  local eui = string.format("02AA0000000B%04X", number % nodes)
  local time = os.date("!%Y-%m-%dT%H:%M:%SZ", from_s + math.floor(number / nodes) * 600)
  number = number + 1
  local body = template:gsub("EUI", eui):gsub("TIME", time)
  return wrk.format("POST", "/ingest/v1/uplinks/ttn", headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status
  local rate = summary.requests / (summary.duration / 1e6)
  io.write(string.format("RESULT %f %f %d\n", rate, latency:percentile(95) / 1000, failed))
end
