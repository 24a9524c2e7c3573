-- KEYS[1]: who is at their place, by when each place is given up at the latest. ARGV: 1 to come and 0 to go, the
-- place's number, how many places there are, for how many microseconds a place is held.
-- Answers 1 when there was a place. See places.rs.
if ARGV[1] == '0' then
  return {redis.call('ZREM', KEYS[1], ARGV[2])}
end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return {0}
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[4]), ARGV[2])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[4] / 1000))
return {1}
