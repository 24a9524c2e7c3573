-- KEYS: an account and perhaps an address. ARGV: 1 to begin an attempt, 0 when it succeeded and 2 when nobody found
-- out, the longest delay and how long failures are remembered in microseconds, then how many failures are free for
-- each key.
-- Answers how long to wait, 0 when the attempt may begin: it counts as failed until it succeeded. See counts.rs, which
-- does the same without Redis.
local function failures(key)
  return tonumber(redis.call('HGET', key, 'failures') or '0')
end

if ARGV[1] ~= '1' then
  for i, key in ipairs(KEYS) do
    if i == 1 and ARGV[1] == '0' then
      redis.call('DEL', key)
    elseif failures(key) > 0 then
      redis.call('HINCRBY', key, 'failures', -1)
    end
  end
  return {0}
end

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local longest, remembered = tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = 0
for i, key in ipairs(KEYS) do
  local over = failures(key) - ARGV[3 + i]
  if over >= 0 then
    local delay = math.min(1000000 * 2 ^ math.min(over, 20), longest)
    wait = math.max(wait, redis.call('HGET', key, 'last') + delay - now)
  end
end
if wait > 0 then
  return {math.ceil(wait)}
end
for _, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, 'failures', 1)
  redis.call('HSET', key, 'last', string.format('%.0f', now))
  redis.call('PEXPIRE', key, math.ceil(remembered / 1000))
end
return {0}
