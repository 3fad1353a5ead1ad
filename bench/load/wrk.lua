-- Sends the requests of a request file, each once: wrk -s wrk.lua URL -- FILE STRIDE FIRST COUNT
-- The file is mapped, not read. A run that has used up its requests ends with a complaint and exit code 3, since
-- a request sent twice would be a duplicate, which costs a server less. `done` prints one line of JSON.
local ffi = require("ffi")
ffi.cdef [[
int open(const char *path, int flags, ...);
void *mmap(void *address, size_t length, int protection, int flags, int file, long offset);
]]

local PROT_READ, MAP_SHARED = 1, 1
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  stride, position, count = tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  local file = ffi.C.open(args[1], 0)
  if file < 0 then error("cannot open " .. args[1]) end
  local mapped = ffi.C.mmap(nil, stride * count, PROT_READ, MAP_SHARED, file, 0)
  if ffi.cast("intptr_t", mapped) == -1 then error("cannot map " .. args[1]) end
  bytes = ffi.cast("const char *", mapped)
end

function request()
  if position >= count then
    io.stderr:write("the request file is used up after " .. count .. " requests\n")
    os.exit(3)
  end
  local one = ffi.string(bytes + position * stride, stride)
  position = position + 1
  return one
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"wrk":true,"requests":%d,"refused":%d,"connectErrors":%d,"readErrors":%d,"writeErrors":%d,"timeouts":%d,',
    summary.requests, errors.status, errors.connect, errors.read, errors.write, errors.timeout
  ))
  io.write(string.format(
    '"durationUs":%d,"next":%d,"latencyUs":{"mean":%.1f,"p50":%d,"p90":%d,"p99":%d,"p999":%d,"max":%d}}\n',
    summary.duration, threads[1]:get("position"), latency.mean, latency:percentile(50), latency:percentile(90),
    latency:percentile(99), latency:percentile(99.9), latency.max
  ))
end
