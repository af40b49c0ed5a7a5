#!lua name=kentongan
-- The only places where the store is written.  Every function reads and checks all it needs before
-- its first write: an error in a Redis Function keeps the writes before it.  Cases, entries and
-- messages are opaque bytes here; keys derived inside share the hash tag of the keys declared.

-- Highest time seen: the clock of the house never goes back.
local function now_ms(meta)
	local t = redis.call('TIME')
	local ms = t[1] * 1000 + math.floor(t[2] / 1000)
	local high = tonumber(redis.call('HGET', meta, 'clock') or '0')
	if ms < high then
		return high
	end
	return ms
end

local function text(n)
	return string.format('%.0f', n)
end

-- keys: stream, day hashes (today first), three candidate case keys
-- args: number of day hashes, dedupe field ('' none), three codes, public part, wrapped key, sealed part
local function intake(keys, args)
	local days, field, at = tonumber(args[1]), args[2], nil
	if field ~= '' then
		for i = 1, days do
			local code = redis.call('HGET', keys[1 + i], field)
			if code then
				return { code, 1, '' }
			end
		end
	end
	redis.call('XLEN', keys[1])
	for i = 1, 3 do
		if redis.call('EXISTS', keys[1 + days + i]) == 0 then
			at = i
			break
		end
	end
	if not at then
		return redis.error_reply('KENTONGAN no free code among the three drawn; draw again')
	end
	redis.call('HSET', keys[1 + days + at], 'v', '0', 'm', args[6], 'k', args[7], 'l', args[8])
	local id = redis.call('XADD', keys[1], '*', 'c', args[2 + at])
	if field ~= '' then
		redis.call('HSET', keys[2], field, args[2 + at])
	end
	return { args[2 + at], 0, id }
end

-- The next of a recipient's messages takes its place in the line.
local function advance(list, prefix)
	local id = redis.call('LINDEX', list, 0)
	if id then
		local m = redis.call('HMGET', prefix .. id, 'z', 'nb', 'st')
		if m[1] and m[3] == 'queued' and not redis.call('ZSCORE', m[1], id) then
			redis.call('ZADD', m[1], m[2], id)
		end
	end
end

local function message_end(key, id, state, now, ended, prefix)
	local m = redis.call('HMGET', key, 'q', 'z')
	redis.call('HSET', key, 'st', state, 'te', text(now))
	redis.call('HDEL', key, 'p')
	redis.call('ZREM', m[2], id)
	redis.call('LREM', m[1], 1, id)
	redis.call('ZADD', ended, text(now), id)
	advance(m[1], prefix)
end

local function log_append(meta, log, entry, digest)
	local seq = tonumber(redis.call('HGET', meta, 'seq') or '0') + 1
	redis.call('XADD', log, text(seq) .. '-0', 'e', entry, 'h', digest)
	redis.call('HSET', meta, 'seq', text(seq))
	return seq
end

-- Reads one item's share of keys and args into a table, moving the cursors.
local function item_read(keys, args, k, a)
	local it = { key = keys[k], code = args[a], expect = tonumber(args[a + 1]), doc = args[a + 2],
		input = args[a + 3], due = args[a + 4], ack = args[a + 6], entry = args[a + 7],
		digest = args[a + 8], index = {}, out = {}, cancel = {} }
	local drop, n_index, n_out, n_cancel = args[a + 5], tonumber(args[a + 9]), tonumber(args[a + 10]), tonumber(args[a + 11])
	k, a = k + 1, a + 12
	if drop == '1' then it.drop, k = keys[k], k + 1 end
	if it.ack ~= '' then it.stream, k = keys[k], k + 1 end
	for i = 1, n_index do
		it.index[i] = { key = keys[k], op = args[a], field = args[a + 1], value = args[a + 2] }
		k, a = k + 1, a + 3
	end
	for i = 1, n_out do
		it.out[i] = { key = keys[k], list = keys[k + 1], line = keys[k + 2], id = args[a], payload = args[a + 1],
			kind = args[a + 2], nb = args[a + 3], na = args[a + 4] }
		k, a = k + 3, a + 5
	end
	for i = 1, n_cancel do
		it.cancel[i] = { key = keys[k], id = args[a] }
		k, a = k + 1, a + 1
	end
	return it, k, a
end

-- nil when it may be written, else the answer; also a type check of every key it will write.
local function item_check(it)
	if it.expect >= 0 then
		local c = redis.call('HMGET', it.key, 'v', 'q', 'i')
		it.seqs, it.inputs = c[2] or '', c[3] or ''
		if it.input ~= '' and string.find(it.inputs, ' ' .. it.input .. ' ', 1, true) then
			return 'already'
		end
		if tonumber(c[1] or '0') ~= it.expect then
			return 'conflict'
		end
	end
	for _, x in ipairs(it.index) do
		local old = redis.call('HGET', x.key, x.field)
		if x.op == 'u' and old and old ~= x.value then
			return 'taken'
		end
	end
	for _, m in ipairs(it.out) do
		m.there = redis.call('HEXISTS', m.key, 'st') == 1
		redis.call('LLEN', m.list)
		redis.call('ZCARD', m.line)
	end
	for _, m in ipairs(it.cancel) do
		m.state = redis.call('HGET', m.key, 'st')
	end
	if it.drop then
		it.dropped = redis.call('HGET', it.drop, 'v') == '0'
	end
	-- An answer has no version to guard it: the entry that it answers does.
	if it.stream and #redis.call('XRANGE', it.stream, it.ack, it.ack) == 0 and it.expect < 0 then
		return 'already'
	end
end

local function inputs_after(inputs, input)
	local out, n = ' ' .. input .. ' ', 1
	for id in string.gmatch(inputs, '%S+') do
		if n == 16 then break end
		out, n = out .. id .. ' ', n + 1
	end
	return out
end

local function index_write(x)
	if x.op == 'd' then
		redis.call('HDEL', x.key, x.field)
	elseif x.op == 'c' then
		redis.call('HINCRBY', x.key, x.field, x.value)
	else
		redis.call('HSET', x.key, x.field, x.value)
	end
end

local function item_write(it, g, now, prefix)
	local seq = 0
	if it.entry ~= '' then
		seq = log_append(g.meta, g.log, it.entry, it.digest)
	end
	if it.expect >= 0 then
		local seqs = it.seqs
		if seq > 0 then
			seqs = seqs == '' and text(seq) or seqs .. ',' .. text(seq)
		end
		if it.input ~= '' then
			redis.call('HSET', it.key, 'v', text(it.expect + 1), 'd', it.doc, 'q', seqs, 'i', inputs_after(it.inputs, it.input))
		else
			redis.call('HSET', it.key, 'v', text(it.expect + 1), 'd', it.doc, 'q', seqs)
		end
	end
	if it.due == '0' then
		redis.call('ZREM', g.due, it.code)
		redis.call('ZREM', g.lease, it.code)
	elseif it.due ~= '' then
		redis.call('ZADD', g.due, it.due, it.code)
		redis.call('ZREM', g.lease, it.code)
	end
	for _, x in ipairs(it.index) do
		index_write(x)
	end
	for _, m in ipairs(it.cancel) do
		if m.state == 'queued' then
			message_end(m.key, m.id, 'superseded', now, g.ended, prefix)
		end
	end
	for _, m in ipairs(it.out) do
		if not m.there then
			redis.call('HSET', m.key, 'st', 'queued', 'p', m.payload, 'k', m.kind, 'nb', m.nb, 'na', m.na,
				'q', m.list, 'z', m.line, 'f', '0', 'n', '0', 't', text(now))
			if redis.call('RPUSH', m.list, m.id) == 1 then
				redis.call('ZADD', m.line, m.nb, m.id)
			end
		end
	end
	if it.dropped then
		redis.call('DEL', it.drop)
	end
	if it.stream then
		redis.call('XACK', it.stream, 'router', it.ack)
		redis.call('XDEL', it.stream, it.ack)
	end
	return seq
end

-- keys: meta, log, due, lease, ended, then each item's own
-- args: message key prefix, decision time, number of items, then each item's own
local function commit(keys, args)
	local g = { meta = keys[1], log = keys[2], due = keys[3], lease = keys[4], ended = keys[5] }
	local now, results, failed, k, a = now_ms(g.meta), {}, {}, 6, 4
	local decided = tonumber(args[2])
	redis.call('XLEN', g.log)
	redis.call('ZCARD', g.due)
	redis.call('ZCARD', g.lease)
	redis.call('ZCARD', g.ended)
	if decided > now + 1000 or decided < now - 60000 then
		return redis.error_reply('KENTONGAN decided at another time than the store has; read its time and decide again')
	end
	for i = 1, tonumber(args[3]) do
		local it
		it, k, a = item_read(keys, args, k, a)
		-- Items of one case stand on each other.  Its version alone does not tell: somebody else's
		-- commit may have made the very version that the second of ours expects of the first.
		local bad = it.expect >= 0 and failed[it.key] or item_check(it)
		if bad then
			failed[it.key] = 'conflict'
			results[i] = { bad, 0 }
		else
			results[i] = { 'ok', item_write(it, g, now, args[1]) }
		end
	end
	redis.call('HSET', g.meta, 'clock', text(now))
	return results
end

-- What is due now and in nobody else's hands, with the cases.
-- keys: due, lease, meta     args: case key prefix, most, lease in ms
local function due(keys, args)
	local now, most, lease = now_ms(keys[3]), tonumber(args[2]), tonumber(args[3])
	local out, taken, from = { text(now), '' }, 0, 0
	local first = redis.call('ZRANGE', keys[1], 0, 0, 'WITHSCORES')
	if first[2] then
		out[2] = first[2]
	end
	redis.call('ZCARD', keys[2])
	while taken < most do
		local batch = redis.call('ZRANGEBYSCORE', keys[1], '-inf', text(now), 'LIMIT', from, most)
		for _, code in ipairs(batch) do
			local held = redis.call('ZSCORE', keys[2], code)
			if taken < most and (not held or tonumber(held) <= now) then
				local c = redis.call('HMGET', args[1] .. code, 'v', 'd', 'm', 'l', 'k')
				redis.call('ZADD', keys[2], text(now + lease), code)
				out[#out + 1] = { code, c[1] or '', c[2] or '', c[3] or '', c[4] or '', c[5] or '' }
				taken = taken + 1
			end
		end
		if #batch < most then break end
		from = from + #batch
	end
	return out
end

-- Takes messages that may be sent now; they stand as being sent until marked or the lease ends.
-- keys: meta, the lines in order of precedence     args: message key prefix, most, lease in ms
local function claim(keys, args)
	local now, most, lease = now_ms(keys[1]), tonumber(args[2]), tonumber(args[3])
	local out = { text(now) }
	for i = 2, #keys do
		if #out > most then break end
		for _, id in ipairs(redis.call('ZRANGEBYSCORE', keys[i], '-inf', text(now), 'LIMIT', 0, most + 1 - #out)) do
			local key = args[1] .. id
			local m = redis.call('HMGET', key, 'p', 'k', 'na', 'n', 'st')
			if not m[5] then
				redis.call('ZREM', keys[i], id)
			else
				local fence = redis.call('HINCRBY', key, 'f', 1)
				redis.call('HSET', key, 'st', 'sending')
				redis.call('ZADD', keys[i], text(now + lease), id)
				out[#out + 1] = { id, fence, m[1] or '', m[2] or '', m[3] or '0', m[4] or '0', m[5] }
			end
		end
	end
	return out
end

-- keys: meta, log, ended, message     args: prefix, id, fence, 'end' or 'retry', state or time, entry, digest
local function mark(keys, args)
	local m = redis.call('HMGET', keys[4], 'f', 'st', 'z', 'q')
	local now = now_ms(keys[1])
	if m[1] ~= args[3] or m[2] ~= 'sending' then
		return 'lost'
	end
	redis.call('XLEN', keys[2])
	redis.call('ZCARD', keys[3])
	redis.call('ZCARD', m[3])
	redis.call('LLEN', m[4])
	if args[4] == 'retry' then
		redis.call('HINCRBY', keys[4], 'n', 1)
		redis.call('HSET', keys[4], 'st', 'queued', 'nb', args[5])
		redis.call('ZADD', m[3], args[5], args[2])
	else
		if args[6] ~= '' then
			log_append(keys[1], keys[2], args[6], args[7])
		end
		message_end(keys[4], args[2], args[5], now, keys[3], args[1])
	end
	return 'ok'
end

-- Folds the chain on, if nobody else did.   keys: chain, heads
-- args: seq it must stand at, new seq, new digest, head to publish or ''
local function chain(keys, args)
	redis.call('XLEN', keys[2])
	if (redis.call('HGET', keys[1], 'seq') or '0') ~= args[1] then
		return 'conflict'
	end
	redis.call('HSET', keys[1], 'seq', args[2], 'digest', args[3])
	if args[4] ~= '' then
		redis.call('XADD', keys[2], '*', 'e', args[4])
	end
	return 'ok'
end

local function now(keys)
	return text(now_ms(keys[1]))
end

redis.register_function('kt_intake', intake)
redis.register_function{ function_name = 'kt_commit', callback = commit, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_due', callback = due, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_claim', callback = claim, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_mark', callback = mark, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_chain', callback = chain, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_now', callback = now, flags = { 'no-writes' } }
