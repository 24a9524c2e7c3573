-- KEYS[1]: what is good once. ARGV: 1 to use it up and 0 to look, for how many microseconds it is remembered.
-- Answers 1 when it was still good. See once.rs.
if ARGV[1] == '0' then
  return {1 - redis.call('EXISTS', KEYS[1])}
end
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', math.ceil(ARGV[2] / 1000)) then
  return {1}
end
return {0}
