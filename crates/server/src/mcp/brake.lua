-- KEYS[1]: what a program did lately, oldest first: “1 instant” for a deletion, “0 instant” for a change. ARGV: what to
-- do (0 take, 1 look, 2 note, 3 give back), 1 for a deletion, how long “lately” is in microseconds, how many changes
-- there may be, and how many of them deletions. Answers 1 when there was room. See brake.rs.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local deed, weight, window = ARGV[1], ARGV[2], tonumber(ARGV[3])

local recent = redis.call('LRANGE', KEYS[1], 0, -1)
local counted, deletions, last = 0, 0, nil
for _, entry in ipairs(recent) do
  if now - string.sub(entry, 3) >= window then
    redis.call('LPOP', KEYS[1])
  else
    counted = counted + 1
    if string.sub(entry, 1, 1) == '1' then
      deletions = deletions + 1
    end
    if string.sub(entry, 1, 1) == weight then
      last = entry
    end
  end
end

local room = counted < tonumber(ARGV[4]) and (weight == '0' or deletions < tonumber(ARGV[5]))
if deed == '2' or (deed == '0' and room) then
  redis.call('RPUSH', KEYS[1], weight .. ' ' .. string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
elseif deed == '3' and last then
  redis.call('LREM', KEYS[1], -1, last)
end
return {room and 1 or 0}
