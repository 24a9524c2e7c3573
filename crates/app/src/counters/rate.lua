-- KEYS[1]: a rate. ARGV: the microseconds between two in the long run, how many may come at once.
-- Answers: 1 and the microseconds until all may come at once again; or 0 and how long to wait. See rate.rs.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local free_at = tonumber(redis.call('GET', KEYS[1]) or '0')
local next_free = math.max(free_at, now) + interval
local wait = next_free - interval * burst - now
if wait > 0 then
  return {0, wait}
end
local left = next_free - now
redis.call('SET', KEYS[1], string.format('%.0f', next_free), 'PX', math.ceil(left / 1000))
return {1, left}
