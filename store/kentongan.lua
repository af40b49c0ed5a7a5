#!lua name=kentongan
-- The only places where the store is written.  Every function reads and checks all it needs before
-- its first write: an error in a Redis Function keeps the writes before it.  Cases, entries and
-- messages are opaque bytes here; keys derived inside share the hash tag of the keys declared.

local function store_ms()
	local t = redis.call('TIME')
	return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- The time of the house: the store's clock and what kt_steady adds to it.  Never below the highest
-- time seen: it does not go back.
local function now_ms(meta)
	local c = redis.call('HMGET', meta, 'clock', 'clock_off')
	return math.max(store_ms() + tonumber(c[2] or '0'), tonumber(c[1] or '0'))
end

local function text(n)
	return string.format('%.0f', n)
end

-- keys: stream, day hashes (today first), three candidate case keys, the shelf of each
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
	for i = 1, 3 do
		if redis.call('EXISTS', keys[1 + days + i]) == 0 and
		    redis.call('HEXISTS', keys[4 + days + i], string.sub(args[2 + i], 3)) == 0 then
			at = i
			break
		end
	end
	if not at then
		return redis.error_reply('KENTONGAN no free code among the three drawn; draw again')
	end
	-- First of the writes: it alone can still fail (another type), and then nothing was written.
	local id = redis.call('XADD', keys[1], '*', 'c', args[2 + at])
	redis.call('HSET', keys[1 + days + at], 'v', '0', 'm', args[6], 'k', args[7], 'l', args[8])
	if field ~= '' then
		redis.call('HSET', keys[2], field, args[2 + at])
	end
	return { args[2 + at], 0, id }
end

-- The next of a recipient's messages takes its place in the line.  What is gone or no message any
-- more leaves the list: it must not stand before the rest for ever.
local function advance(list, line, prefix)
	local id = redis.call('LINDEX', list, 0)
	while id do
		local m = redis.pcall('HMGET', prefix .. id, 'nb', 'st')
		if not m.err and tonumber(m[1]) and m[2] then
			if m[2] == 'queued' and not redis.call('ZSCORE', line, id) then
				redis.call('ZADD', line, m[1], id)
			end
			return
		end
		redis.call('LPOP', list)
		id = redis.call('LINDEX', list, 0)
	end
end

-- What was given up is listed until a human has looked; its words stay for him.
local function dead_key(key, id)
	return string.sub(key, 1, #key - #id - 4) .. 'mati'
end

local function dead_note(key, id, why, now)
	redis.call('HSET', dead_key(key, id), id, text(now) .. ' ' .. text(tonumber(redis.call('HGET', key, 'n') or '0') + 1) .. ' ' .. why)
end

-- waiting: the set of what was sent and waits for its receipt; its words are kept for another way.
local function message_end(key, id, list, line, state, now, ended, prefix, waiting)
	redis.call('HSET', key, 'st', state, 'te', text(now))
	if waiting then
		-- what failed is due for another way at once
		redis.call('ZADD', waiting, state == 'failed' and '0' or text(now), id)
	elseif state == 'undeliverable' then
		dead_note(key, id, state, now)
	else
		redis.call('HDEL', key, 'p')
	end
	redis.call('ZREM', line, id)
	redis.call('LREM', list, '1', id)
	redis.call('ZADD', ended, text(now), id)
	advance(list, line, prefix)
end

-- A message that has left is called back where its platform can: by an errand of its own, which
-- carries the platform's name of it.
local function recall(id, m, now, prefix)
	local errand = id .. '.x'
	redis.call('HSET', prefix .. errand, 'st', 'queued', 'p', m.ref, 'k', 'cabut', 'nb', text(now), 'na', '0',
		'q', m.list, 'z', m.line, 't', text(now))
	if redis.call('RPUSH', m.list, errand) == 1 then
		redis.call('ZADD', m.line, text(now), errand)
	end
end

-- The log goes on at its counter: an entry of somebody else's above it would refuse ours half way.
local function log_check(meta, log)
	local seq = redis.call('HGET', meta, 'seq') or '0'
	if not string.find(seq, '^%d+$') then
		error(redis.error_reply('KENTONGAN the counter of the log is no number'))
	end
	if redis.call('XLEN', log) == 0 and redis.call('EXISTS', log) == 0 then
		return tonumber(seq)
	end
	local info = redis.call('XINFO', 'STREAM', log)
	for i = 1, #info, 2 do
		if info[i] == 'last-generated-id' and tonumber(string.match(info[i + 1], '^%d+')) > tonumber(seq) then
			error(redis.error_reply('KENTONGAN the log is ahead of its counter: run kentongan audit verify'))
		end
	end
	return tonumber(seq)
end

-- g.seq is the last one given; who calls writes it back before the call ends.
local function log_append(g, entry, digest)
	redis.call('XADD', g.log, text(g.seq + 1) .. '-0', 'e', entry, 'h', digest)
	g.seq = g.seq + 1
	return g.seq
end

-- Finds one item's share of keys and args, moving the cursors.  A call holds hundreds of items: one table
-- serves them all, and what comes in lists stays where it lies: it.ik and it.ia are the places of the first
-- index row, it.ok and it.oa of the first message, it.ck and it.ca of the first that is cancelled.
local function item_read(it, keys, args, k, a)
	it.key, it.code, it.expect, it.doc = keys[k], args[a], tonumber(args[a + 1]), args[a + 2]
	it.input, it.due, it.ack, it.entry, it.digest = args[a + 3], args[a + 4], args[a + 6], args[a + 7], args[a + 8]
	it.indexes, it.outs, it.cancels = tonumber(args[a + 9]), tonumber(args[a + 10]), tonumber(args[a + 11])
	it.seqs, it.inputs, it.drop, it.stream, it.dropped, it.new, it.cancel = nil, nil, nil, nil, nil, nil, nil
	it.stays = string.byte(it.ack) == 61	-- "=ID": asked for, not used up
	if it.stays then it.ack = string.sub(it.ack, 2) end
	local drop = args[a + 5]
	k, a = k + 1, a + 12
	if drop == '1' then it.drop, k = keys[k], k + 1 end
	if it.ack ~= '' then it.stream, k = keys[k], k + 1 end
	it.ik, it.ia = k, a
	it.ok, it.oa = k + it.indexes, a + 3 * it.indexes
	it.ck, it.ca = it.ok + 3 * it.outs, it.oa + 6 * it.outs
	return it.ck + it.cancels, it.ca + 2 * it.cancels
end

-- A key's type is asked once a call: many items write to the same lines and lists.
local function check_type(g, command, key)
	if not g.checked[key] then
		redis.call(command, key)
		g.checked[key] = true
	end
end

-- What an index row's key is, and whether the row is asked for what stands there.
local row_type = { z = 'ZCARD', x = 'XLEN', X = 'XLEN' }
local row_asks = { u = true, ['='] = true, c = true, m = true }

-- A row that asks sees what rows before it, of this call, write.
local function rows_settle(g, key)
	if g.rows[key] then
		g.later:flush()
		g.rows = {}
	end
end

local function row_check(g, key, op, field, value)
	if not row_asks[op] then
		check_type(g, row_type[op] or 'HLEN', key)
		return op == 'X' and #redis.call('XRANGE', key, field, field) == 0 and 'already' or nil
	end
	rows_settle(g, key)
	local old = nil
	if key == g.meta then
		old = g.metas[field]
	end
	if old == nil then
		old = redis.call('HGET', key, field)
		if key == g.meta then
			g.metas[field] = old
		end
	end
	if op == 'u' then
		return old and old ~= value and 'taken' or nil
	elseif op == '=' then
		return (old or '0') ~= value and 'conflict' or nil
	elseif old and not string.find(old, '^%d+$') then
		error(redis.error_reply('KENTONGAN a counter is no number: ' .. field))
	end
	return nil
end

-- Which of the item's messages are new: almost always all, so that one call asks for all of them.
local function outs_check(it, g, keys)
	local names = { 'EXISTS' }
	for i = 0, it.outs - 1 do
		local k = it.ok + 3 * i
		names[i + 2] = keys[k]
		check_type(g, 'LLEN', keys[k + 1])
		check_type(g, 'ZCARD', keys[k + 2])
	end
	it.new = redis.call(unpack(names)) == 0
	if not it.new then
		it.new = {}
		for i = 0, it.outs - 1 do
			it.new[i] = redis.call('HEXISTS', keys[it.ok + 3 * i], 'st') == 0
		end
	end
end

local function cancels_check(it, g, keys, args, prefix)
	it.cancel = {}
	for i = 0, it.cancels - 1 do
		local m = { key = keys[it.ck + i], id = args[it.ca + 2 * i], recalls = args[it.ca + 2 * i + 1] == '1' }
		local old, hops = redis.call('HMGET', m.key, 'st', 'q', 'z', 'alt', 'r'), 0
		while old[4] and hops < 8 do	-- it went another way: that one is to be called back
			m.key, m.id, hops = prefix .. old[4], old[4], hops + 1
			old = redis.call('HMGET', m.key, 'st', 'q', 'z', 'alt', 'r')
		end
		m.state, m.list, m.line, m.ref = old[1], old[2], old[3], old[5]
		m.recall = m.recalls and m.state == 'sent' and m.ref and redis.call('HEXISTS', prefix .. m.id .. '.x', 'st') == 0
		if m.state == 'queued' or m.recall then
			check_type(g, 'LLEN', m.list)
			check_type(g, 'ZCARD', m.line)
		end
		it.cancel[i + 1] = m
	end
end

-- nil when it may be written, else the answer.  Touches every key that it will write: one of
-- another type raises its error here, before the first write.
local function item_check(it, g, keys, args, prefix)
	local bad = nil
	if it.expect >= 0 then
		local c = redis.call('HMGET', it.key, 'v', 'q', 'i')
		it.seqs, it.inputs = c[2] or '', c[3] or ''
		if it.input ~= '' and string.find(it.inputs, ' ' .. it.input .. ' ', 1, true) then
			bad = 'already'
		elseif tonumber(c[1] or '0') ~= it.expect then
			bad = 'conflict'
		end
	end
	for i = 0, it.indexes - 1 do
		local a = it.ia + 3 * i
		local why = row_check(g, keys[it.ik + i], args[a], args[a + 1], args[a + 2])
		bad = bad or why
	end
	if it.outs > 0 then
		outs_check(it, g, keys)
	end
	if it.cancels > 0 then
		cancels_check(it, g, keys, args, prefix)
	end
	if it.drop then
		it.dropped = redis.call('HGET', it.drop, 'v') == '0'
	end
	-- Whoever took an entry over from a slow reader may have used it up for another case, which this one's
	-- version and inputs do not tell of: that its report is gone would look like a case not opened yet.
	if it.stream then
		check_type(g, 'XLEN', it.stream)
		if #redis.call('XRANGE', it.stream, it.ack, it.ack) == 0 then
			return 'already'
		end
	end
	return bad
end

local function inputs_after(inputs, input)
	local out, n = ' ' .. input .. ' ', 1
	for id in string.gmatch(inputs, '%S+') do
		if n == 16 then break end
		out, n = out .. id .. ' ', n + 1
	end
	return out
end

local function row_write(g, key, op, field, value)
	if key == g.meta and op ~= '=' then
		g.metas = {}
	end
	if op == 's' then
		g.later:add('HSET', key, field, value)
		g.rows[key] = true
		return
	elseif op == 't' then
		g.later:add('HSET', key, field, g.now)
		g.rows[key] = true
		return
	end
	rows_settle(g, key)
	if op == 'u' then
		redis.call('HSET', key, field, value)
	elseif op == 'd' then
		redis.call('HDEL', key, field)
	elseif op == 'c' then
		redis.call('HINCRBY', key, field, value)
	elseif op == 'm' then		-- less, but neither below 0 nor where nothing is counted
		local old = tonumber(redis.call('HGET', key, field) or '0')
		if old > 0 then
			redis.call('HINCRBY', key, field, -math.min(old, tonumber(value)))
		end
	elseif op == 'z' then		-- of a sorted set: a member, by the time of the call
		redis.call('ZADD', key, g.now, field)
	elseif op == 'x' then		-- of a stream: an entry behind all others
		redis.call('XADD', key, '*', field, value)
	elseif op == 'X' then		-- that entry of a stream is done with
		redis.call('XDEL', key, field)
	elseif op == 'D' then		-- unless somebody else stands there by now
		if redis.call('HGET', key, field) == value then
			redis.call('HDEL', key, field)
		end
	end				-- '=' only asked
end

local function item_write(it, g, keys, args, now, prefix)
	local seq = 0
	if it.entry ~= '' then
		seq = log_append(g, it.entry, it.digest)
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
		g.later:add('ZREM', g.due, it.code)
		g.later:add('ZREM', g.lease, it.code)
	elseif it.due ~= '' then
		g.later:add('ZADD', g.due, it.due, it.code)
		g.later:add('ZREM', g.lease, it.code)
	end
	for i = 0, it.indexes - 1 do
		local a = it.ia + 3 * i
		row_write(g, keys[it.ik + i], args[a], args[a + 1], args[a + 2])
	end
	if it.cancel then
		-- What is cancelled may have been queued earlier in this very call.
		g.waiting:flush()
		for _, m in ipairs(it.cancel) do
			if m.state == 'queued' then
				message_end(m.key, m.id, m.list, m.line, 'superseded', now, g.ended, prefix)
			elseif m.recall then
				recall(m.id, m, now, prefix)
			elseif m.state == 'sending' or m.state == 'sent' or m.state == 'failed' then
				-- No other way is tried for it; what is in the air is called back when it has landed.
				redis.call('HSET', m.key, 'x', m.recalls and '1' or '0')
			end
		end
	end
	for i = 0, it.outs - 1 do
		if it.new == true or it.new[i] then
			local k, a = it.ok + 3 * i, it.oa + 6 * i
			redis.call('HSET', keys[k], 'st', 'queued', 'p', args[a + 1], 'k', args[a + 2], 'nb', args[a + 3],
				'na', args[a + 4], 'q', keys[k + 1], 'z', keys[k + 2], 't', g.now, 'sz', args[a + 5])
			g.waiting:add(args[a], keys[k + 1], keys[k + 2], args[a + 3])
		end
	end
	if it.dropped then
		redis.call('DEL', it.drop)
	end
	if it.stream and not it.stays then
		g.later:add('XACK', it.stream, 'router', it.ack)
		g.later:add('XDEL', it.stream, it.ack)
	end
	return seq
end

-- Writes of one kind to one key that a call collects and makes at once, in the order of their coming;
-- the last word on a case holds.
local collected = {}
collected.__index = collected

local function collect()
	return setmetatable({ lists = {}, order = {} }, collected)
end

local undoes = { ZADD = 'ZREM', ZREM = 'ZADD' }

function collected:add(command, key, a, b)
	local own = self.lists[key]
	if not own then
		own = {}
		self.lists[key] = own
	end
	-- A case that is closed and one that is due again must not change places.
	if own[undoes[command]] then
		self:flush()
		own = {}
		self.lists[key] = own
	end
	local list = own[command]
	if not list then
		list = { command, key }
		if command == 'XACK' then
			list[3] = a
		end
		own[command], self.order[#self.order + 1] = list, list
	end
	local n = #list
	if command ~= 'XACK' then
		n = n + 1
		list[n] = a
	end
	if b then
		n = n + 1
		list[n] = b
	end
	if n > 2000 then
		self:flush()
	end
end

function collected:flush()
	for _, list in ipairs(self.order) do
		redis.call(unpack(list))
	end
	self.lists, self.order = {}, {}
end

-- Messages of a call, by recipient: one push for each of them, and the first of a list that was
-- empty stands in the line.
local recipients = {}
recipients.__index = recipients

function recipients:add(id, list, line, nb)
	local later = tonumber(nb) > self.now
	local at = later and list .. '+' or list
	local r = self.lists[at]
	if not r then
		local order = later and self.later or self.order
		r = { line = line, nb = nb, later = later, push = { 'RPUSH', list } }
		self.lists[at], order[#order + 1] = r, r
	end
	r.push[#r.push + 1] = id
	if #r.push > 2000 then
		self:flush()
	end
end

-- What is told later, and was not tried yet, makes room for what may leave now.
function recipients:pass(r, head)
	local list, front = r.push[2], { 'LPUSH', r.push[2] }
	for i = #r.push, 3, -1 do
		front[#front + 1] = r.push[i]
	end
	redis.call('LTRIM', list, 0, 1 - #r.push)
	redis.call(unpack(front))
	redis.call('ZREM', r.line, head)
	redis.call('ZADD', r.line, r.nb, r.push[3])
end

-- To a list that was not empty: most stand where they are.
function recipients:join(r, length)
	local head = redis.call('LINDEX', r.push[2], 0)
	local m = redis.pcall('HMGET', self.prefix .. head, 'st', 'full', 'f', 'nb')
	if m[1] ~= 'queued' then
		return
	end
	if not r.later and not m[3] and (tonumber(m[4]) or 0) > self.now then
		self:pass(r, head)
	elseif m[2] and length >= (tonumber(m[2]) or math.huge) and string.find(r.push[2], ':rcp:b:', 1, true) then
		-- What is held for a recipient leaves before its time once it fills a digest.
		redis.call('ZADD', r.line, 'XX', r.nb, head)
	end
end

function recipients:push(order, heads)
	for _, r in ipairs(order) do
		local n, length = #r.push - 2, redis.call(unpack(r.push))
		if length > n then
			self:join(r, length)
		else
			local line = heads[r.line] or { 'ZADD', r.line }
			line[#line + 1], line[#line + 2] = r.nb, r.push[3]
			heads[r.line] = line
			if #line > 2000 then
				redis.call(unpack(line))
				heads[r.line] = nil
			end
		end
	end
end

function recipients:flush()
	local heads = {}
	self:push(self.order, heads)
	self:push(self.later, heads)
	for _, line in pairs(heads) do
		redis.call(unpack(line))
	end
	self.lists, self.order, self.later = {}, {}, {}
end

-- keys: meta, log, due, lease, ended, then each item's own
-- args: message key prefix, decision time, number of items, then each item's own
local function commit(keys, args)
	local g = { meta = keys[1], log = keys[2], due = keys[3], lease = keys[4], ended = keys[5] }
	local now, results, failed, k, a = now_ms(g.meta), {}, {}, 6, 4
	local decided, written = tonumber(args[2]), false
	g.seq = log_check(g.meta, g.log)
	g.later, g.checked, g.rows, g.now = collect(), {}, {}, text(now)
	g.metas = {}	-- what rows asked of meta: nearly every item asks the same
	g.waiting = setmetatable({ lists = {}, order = {}, later = {}, prefix = args[1], now = now }, recipients)
	redis.call('ZCARD', g.due)
	redis.call('ZCARD', g.lease)
	redis.call('ZCARD', g.ended)
	if decided > now + 1000 or decided < now - 60000 then
		return redis.error_reply('KENTONGAN decided at another time than the store has; read its time and decide again')
	end
	local it = {}
	for i = 1, tonumber(args[3]) do
		k, a = item_read(it, keys, args, k, a)
		-- What cannot be checked cannot be written: this item alone is refused, before its first write.
		-- Items of one case stand on each other.  Its version alone does not tell: somebody else's
		-- commit may have made the very version that the second of ours expects of the first.
		local ok, bad = true, it.expect >= 0 and failed[it.key] or nil
		if not bad then
			ok, bad = pcall(item_check, it, g, keys, args, args[1])
		end
		if not ok or bad then
			failed[it.key] = 'conflict'
		end
		if not ok then
			results[i] = { 'refused', 0, type(bad) == 'table' and bad.err or tostring(bad) }
		elseif bad then
			results[i] = { bad, 0, '' }
		else
			written, results[i] = true, { 'ok', item_write(it, g, keys, args, now, args[1]), '' }
		end
	end
	if written then
		g.waiting:flush()
		g.later:flush()
		redis.call('HSET', g.meta, 'clock', text(now), 'seq', text(g.seq))
	end
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
	local leases = { 'ZADD', keys[2] }
	redis.call('ZCARD', keys[2])
	while taken < most do
		local batch = redis.call('ZRANGEBYSCORE', keys[1], '-inf', text(now), 'LIMIT', from, most)
		local held = batch[1] and redis.call('ZMSCORE', keys[2], unpack(batch))
		for i, code in ipairs(batch) do
			if taken < most and (not held[i] or tonumber(held[i]) <= now) then
				-- One damaged case must not stop the clocks of all: it goes out empty and is reported.
				local c = redis.pcall('HMGET', args[1] .. code, 'v', 'd', 'k')
				leases[#leases + 1], leases[#leases + 2] = text(now + lease), code
				out[#out + 1] = { code, c[1] or '', c[2] or '', c[3] or '' }
				taken = taken + 1
			end
		end
		if #batch < most then break end
		from = from + #batch
	end
	if taken > 0 then
		redis.call(unpack(leases))
	end
	return out
end

-- What a card may still send in this hour and this day (that of WIB), in parts.  A clock that went
-- back stays in the window it was in.
local HOUR, DAY, WIB = 3600000, 86400000, 25200000

local function budget_read(key, now, per_hour, per_day)
	local b = redis.call('HMGET', key, 'h', 'hn', 'd', 'dn')
	local c = { h = math.floor(now / HOUR), hn = 0, d = math.floor((now + WIB) / DAY), dn = 0, left = math.huge, till = 0 }
	local h, d = tonumber(b[1] or '') or 0, tonumber(b[3] or '') or 0
	if h >= c.h then
		c.h, c.hn = h, tonumber(b[2] or '') or 0
	end
	if d >= c.d then
		c.d, c.dn = d, tonumber(b[4] or '') or 0
	end
	if per_hour > 0 then
		c.left, c.till = per_hour - c.hn, (c.h + 1) * HOUR
	end
	if per_day > 0 and per_day - c.dn < c.left then
		c.left, c.till = per_day - c.dn, (c.d + 1) * DAY - WIB
	end
	return c
end

local function budget_write(key, c, parts)
	redis.call('HSET', key, 'h', text(c.h), 'hn', text(math.max(0, c.hn + parts)), 'd', text(c.d), 'dn', text(math.max(0, c.dn + parts)))
end

-- Once after each time that the house's clock was set back: a claim made before ends no later than one
-- made now.  Not at once, for what it took may be in the air.
local function shorten_claims(meta, line, ends, prefix)
	local backs = redis.call('HMGET', meta, 'clock_backs', 'backs:' .. line)
	if not backs[1] or backs[1] == backs[2] then
		return
	end
	for _, id in ipairs(redis.call('ZRANGEBYSCORE', line, '(' .. text(ends), '+inf')) do
		local st = redis.pcall('HGET', prefix .. id, 'st')
		if st == 'sending' then
			redis.call('ZADD', line, text(ends), id)
		end
	end
	redis.call('HSET', meta, 'backs:' .. line, backs[1])
end

-- Takes messages that may be sent now; they stand as being sent until marked or the lease ends.
-- Lane e is counted and never limited; the last message of lane n may run over by its parts.
-- keys: meta, the card's budget, storms, ended, the lines in order of precedence
-- args: message key prefix, most, lease in ms, most parts an hour, a day (0: not counted), the first and the last line to take from (1..),
-- the latest time to believe (0: any); past it nothing is claimed, and the answer is the time alone
-- answers: time, end of the window whose budget was used up before or 0, then the messages
local function claim(keys, args)
	local now, most, lease = now_ms(keys[1]), tonumber(args[2]), tonumber(args[3])
	local per_hour, per_day = tonumber(args[4]), tonumber(args[5])
	if args[8] ~= '0' and now > tonumber(args[8]) then
		return { text(now) }
	end
	local counted, used, out, till = per_hour + per_day > 0, 0, { text(now), 0 }, text(now + lease)
	local c = counted and budget_read(keys[2], now, per_hour, per_day)
	if counted and c.left <= 0 then
		out[2] = c.till
	end
	redis.call('HLEN', keys[3])
	for i = 4, #keys do
		redis.call('ZCARD', keys[i])
	end
	for i = 4 + tonumber(args[6]), 4 + tonumber(args[7]) do
		if #out > most + 1 then break end
		local leases = { 'ZADD', keys[i] }
		shorten_claims(keys[1], keys[i], now + lease, args[1])
		for _, id in ipairs(redis.call('ZRANGEBYSCORE', keys[i], '-inf', text(now), 'LIMIT', 0, most + 2 - #out)) do
			if counted and i > 5 and used >= c.left then break end
			local key = args[1] .. id
			local m = redis.pcall('HMGET', key, 'p', 'k', 'na', 'n', 'st', 'f', 'w', 'q', 'sz', 'x')
			if m.err or (m[6] and not string.find(m[6], '^%d+$')) or
			    (m[5] and (not m[8] or type(redis.pcall('LLEN', m[8])) ~= 'number')) then
				-- No message any more: it waits out a lease, is reported, and holds up its recipient alone.
				leases[#leases + 1], leases[#leases + 2] = till, id
				out[#out + 1] = { id, 0, '', '', '0', '0', 'damaged', 0, '', 0, '' }
			elseif not m[5] then
				redis.call('ZREM', keys[i], id)
			elseif m[10] then
				-- Called back while it was in the air, and nobody says what became of it: not again.
				message_end(key, id, m[8], keys[i], 'superseded', now, keys[4], args[1])
			else
				local fence, waiting, storm = tonumber(m[6] or '0') + 1, 0, ''
				if string.find(m[8], ':rcp:b:', 1, true) then
					waiting, storm = redis.call('LLEN', m[8]), redis.call('HGET', keys[3], m[8]) or ''
				end
				redis.call('HSET', key, 'st', 'sending', 'f', text(fence))
				leases[#leases + 1], leases[#leases + 2] = till, id
				used = used + (tonumber(m[9] or '') or 1)
				out[#out + 1] = { id, fence, m[1] or '', m[2] or '', m[3] or '0', m[4] or '0', m[5], i == 5 and 1 or 0,
					m[7] or '', waiting, storm }
			end
		end
		if leases[3] then
			redis.call(unpack(leases))
		end
	end
	if counted and used > 0 then
		budget_write(keys[2], c, used)
	end
	return out
end

-- keys: meta, log, ended, waiting, message, the card's budget, storms, what was said today
-- args: prefix, id, fence, 'end', 'retry' or 'wait' (a retry that is no try), state or time, entry, digest,
-- '1' when a receipt is to come, '1' when its parts go back to the budget, the recipient's storm from now
-- on ('' as it was), how many waiting fill a digest ('' not held), what it is called back by ('' nothing),
-- hash of the platform's id of it ('' none), its case
local function mark(keys, args)
	local key = keys[5]
	local m = redis.call('HMGET', key, 'f', 'st', 'z', 'q', 'sz', 'x')
	local now = now_ms(keys[1])
	redis.call('HLEN', keys[8])
	if m[1] ~= args[3] or m[2] ~= 'sending' then
		-- What was said is true also where a receipt was faster than this mark.
		if args[13] ~= '' then
			redis.call('HSET', keys[8], args[13], args[14])
		end
		return 'lost'
	end
	local g = { log = keys[2], seq = args[6] ~= '' and log_check(keys[1], keys[2]) or 0 }
	redis.call('ZCARD', keys[3])
	redis.call('ZCARD', keys[4])
	redis.call('HLEN', keys[6])
	redis.call('HLEN', keys[7])
	redis.call('ZCARD', m[3])
	redis.call('LLEN', m[4])
	if args[13] ~= '' then
		redis.call('HSET', keys[8], args[13], args[14])
	end
	if args[9] == '1' then
		budget_write(keys[6], budget_read(keys[6], now, 0, 0), -(tonumber(m[5] or '') or 1))
	end
	if args[10] ~= '' then
		redis.call('HSET', keys[7], m[4], args[10])
	end
	if args[4] ~= 'end' and m[6] then
		-- Called back while it was tried: it is not tried again.
		message_end(key, args[2], m[4], m[3], 'superseded', now, keys[3], args[1])
	elseif args[4] ~= 'end' then
		if args[4] == 'retry' then
			redis.call('HINCRBY', key, 'n', 1)
		end
		local at = args[5]
		if args[11] ~= '' then
			redis.call('HSET', key, 'full', args[11])
			-- What came while it was in the air counts too: nobody will look at this list again before the time.
			if redis.call('LLEN', m[4]) >= tonumber(args[11]) then
				at = text(now)
			end
		end
		redis.call('HSET', key, 'st', 'queued', 'nb', at)
		redis.call('ZADD', m[3], at, args[2])
	else
		if args[6] ~= '' then
			redis.call('HSET', keys[1], 'seq', text(log_append(g, args[6], args[7])))
		end
		message_end(key, args[2], m[4], m[3], args[5], now, keys[3], args[1], args[8] == '1' and keys[4] or nil)
		if args[12] ~= '' then
			redis.call('HSET', key, 'r', args[12])
			if m[6] == '1' then
				recall(args[2], { ref = args[12], list = m[4], line = m[3] }, now, args[1])
			end
		end
	end
	return 'ok'
end

-- A delivery receipt, in any order and as often as it likes: only what is better known is written.
-- It may come before the gateway's own answer, or in its place: then it ends the message.
-- 'sent' is what the gateway's lost answer would have said: nothing is sent again.
-- keys: meta, log, ended, waiting, message     args: prefix, id, 'sent', 'delivered' or 'failed', entry, digest
local function receipt(keys, args)
	local key, state = keys[5], args[3]
	local m = redis.call('HMGET', key, 'st', 'q', 'z', 'mb', 'up')
	local now, st = now_ms(keys[1]), m[1]
	if not st then
		return 'unknown'
	end
	if st == 'delivered' or st == state or st == 'superseded' or st == 'expired' or st == 'bundled' or
	    (state == 'sent' and st ~= 'queued' and st ~= 'sending') then
		return 'known'
	end
	local g = { log = keys[2], seq = args[4] ~= '' and log_check(keys[1], keys[2]) or 0 }
	redis.call('ZCARD', keys[3])
	redis.call('ZCARD', keys[4])
	if st == 'queued' or st == 'sending' then
		redis.call('LLEN', m[2])
		redis.call('ZCARD', m[3])
	end
	local members = {}
	for id in string.gmatch(state == 'delivered' and m[4] or '', '%S+') do
		if redis.call('HEXISTS', args[1] .. id, 'st') == 1 then
			members[#members + 1] = args[1] .. id
		end
	end
	if args[4] ~= '' then
		redis.call('HSET', keys[1], 'seq', text(log_append(g, args[4], args[5])))
	end
	for _, member in ipairs(members) do
		redis.call('HSET', member, 'td', text(now))
	end
	if st == 'queued' or st == 'sending' then
		message_end(key, args[2], m[2], m[3], state, now, keys[3], args[1], state ~= 'delivered' and keys[4] or nil)
	elseif state == 'failed' then
		-- Due for another way at once; from a gateway that reports failures alone nothing was waited
		-- for.  What was given up before ('failed', 'undeliverable') is not given up again.
		redis.call('HSET', key, 'st', state)
		if st == 'sent' and not m[5] then
			redis.call('ZADD', keys[4], '0', args[2])
		end
	else
		redis.call('HSET', key, 'st', state, 'td', text(now))
		redis.call('HDEL', key, 'p')
		redis.call('HDEL', dead_key(key, args[2]), args[2])
		redis.call('ZREM', keys[4], args[2])
	end
	return 'ok'
end

-- What was sent so long ago without a receipt, or failed.  keys: meta, waiting
-- args: prefix, wait in ms, most     answers: time, then id, state, payload, kind, not-after, line, ways walked, '1' when called back
local function overdue(keys, args)
	local now = now_ms(keys[1])
	local out = { text(now) }
	for _, id in ipairs(redis.call('ZRANGEBYSCORE', keys[2], '-inf', text(now - tonumber(args[2])), 'LIMIT', 0, args[3])) do
		local m = redis.pcall('HMGET', args[1] .. id, 'st', 'p', 'k', 'na', 'z', 'w', 'x')
		out[#out + 1] = { id, m[1] or '', m[2] or '', m[3] or '', m[4] or '0', m[5] or '', m[6] or '', m[7] or '' }
	end
	return out
end

-- Sends a message another way, or gives it up: once, whoever asks.  It waits for a receipt, or the
-- one who claimed it gives it away.
-- keys: meta, log, waiting, message [, second message, its list, its line [, ended, the card's budget]]
-- args: id, entry, digest [, second id, not before, not after, ways walked [, fence of the claim, prefix, '1' when its parts go back to the budget]]
local function reroute(keys, args)
	local st = redis.call('HMGET', keys[4], 'st', 'p', 'k', 'f', 'q', 'z', 'sz', 'x', 'mb')
	local waits, claimed = redis.call('ZSCORE', keys[3], args[1]), keys[8] ~= nil
	if claimed and (st[1] ~= 'sending' or st[4] ~= args[8]) or not claimed and not waits then
		return 'lost'
	end
	local now, g = now_ms(keys[1]), { log = keys[2], seq = log_check(keys[1], keys[2]) }
	local other = keys[5] and st[2] and redis.call('HEXISTS', keys[5], 'st') == 0
	if keys[5] then
		redis.call('LLEN', keys[6])
		redis.call('ZCARD', keys[7])
	end
	if claimed then
		redis.call('LLEN', st[5])
		redis.call('ZCARD', st[6])
		redis.call('ZCARD', keys[8])
		redis.call('HLEN', keys[9])
	end
	redis.call('HSET', keys[1], 'seq', text(log_append(g, args[2], args[3])))
	redis.call('ZREM', keys[3], args[1])
	if claimed and args[10] == '1' then
		budget_write(keys[9], budget_read(keys[9], now, 0, 0), -(tonumber(st[7] or '') or 1))
	end
	if claimed then
		message_end(keys[4], args[1], st[5], st[6], st[8] and 'superseded' or 'failed', now, keys[8], args[9], nil)
	end
	if other and not st[8] then
		redis.call('HSET', keys[5], 'st', 'queued', 'p', st[2], 'k', st[3], 'nb', args[5], 'na', args[6],
			'q', keys[6], 'z', keys[7], 't', text(now), 'w', args[7], 'sz', st[7] or '1')
		if st[9] then
			redis.call('HSET', keys[5], 'mb', st[9])
		end
		redis.call('HSET', keys[4], 'alt', args[4])
		if redis.call('RPUSH', keys[6], args[4]) == 1 then
			redis.call('ZADD', keys[7], args[5], args[4])
		end
	end
	if not keys[5] and not st[8] and tonumber(waits) == 0 then
		dead_note(keys[4], args[1], 'failed', now)
	else
		redis.call('HDEL', keys[4], 'p')
	end
	redis.call('HSET', keys[4], 'up', '1')
	return 'ok'
end

-- What one recipient has waiting, the claimed one first.
-- keys: list     args: prefix, most     answers: id, state, payload, kind, not-after of each
local function members(keys, args)
	local out = {}
	for _, id in ipairs(redis.call('LRANGE', keys[1], 0, tonumber(args[2]) - 1)) do
		local m = redis.pcall('HMGET', args[1] .. id, 'st', 'p', 'k', 'na')
		out[#out + 1] = { id, m[1] or '', m[2] or '', m[3] or '', m[4] or '0' }
	end
	return out
end

-- Several messages of one recipient become one: they end as bundled, naming it, and it stands at the
-- head of the list in their place.  All of them, or, when one was called back meanwhile, none.
-- keys: meta, log, ended, the digest, list, line, the card's budget, the members, the claimed one first
-- args: prefix, digest's id, payload, kind, not after, parts, entry, digest of it, fence of the claim, '1' when the claimed one's parts go back to the budget, the members' ids
-- answers 'ok', 'lost' or 'changed'
local function bundle(keys, args)
	local head = redis.call('HMGET', keys[8], 'st', 'f', 'sz', 'x')
	if head[1] ~= 'sending' or head[2] ~= args[9] then
		return 'lost'
	end
	if head[4] or redis.call('HEXISTS', keys[4], 'st') == 1 then
		return 'changed'
	end
	for i = 9, #keys do
		if redis.call('HGET', keys[i], 'st') ~= 'queued' then
			return 'changed'
		end
	end
	local now, g = now_ms(keys[1]), { log = keys[2], seq = log_check(keys[1], keys[2]) }
	redis.call('ZCARD', keys[3])
	redis.call('LLEN', keys[5])
	redis.call('ZCARD', keys[6])
	redis.call('HLEN', keys[7])
	redis.call('HSET', keys[1], 'seq', text(log_append(g, args[7], args[8])))
	if args[10] == '1' then
		budget_write(keys[7], budget_read(keys[7], now, 0, 0), -(tonumber(head[3] or '') or 1))
	end
	local names = {}
	for i = 8, #keys do
		local id = args[i + 3]
		redis.call('HSET', keys[i], 'st', 'bundled', 'te', text(now), 'in', args[2])
		redis.call('HDEL', keys[i], 'p')
		redis.call('LREM', keys[5], 1, id)
		redis.call('ZREM', keys[6], id)
		redis.call('ZADD', keys[3], text(now), id)
		names[#names + 1] = id
	end
	redis.call('HSET', keys[4], 'st', 'queued', 'p', args[3], 'k', args[4], 'nb', text(now), 'na', args[5],
		'q', keys[5], 'z', keys[6], 't', text(now), 'sz', args[6], 'mb', table.concat(names, ' '))
	redis.call('LPUSH', keys[5], args[2])
	redis.call('ZADD', keys[6], text(now), args[2])
	return 'ok'
end

local function pieces(out, key, n)
	for i = 1, n do
		out[#out + 1] = redis.call('HGET', key, 'p' .. i) or ''
	end
	return out
end

-- A part of a long SMS.  While its set is being released nothing is added to it: the report's id is
-- that of the set, and a part that came in between would be lost with the repeat.
-- keys: meta, set, line     args: set's name, number, total, id, sealed part, wait in ms
-- answers: word, the set's time of birth, code of its report, pieces of a whole one
local function part(keys, args)
	local now, n, total = now_ms(keys[1]), args[2], tonumber(args[3])
	local h = redis.call('HMGET', keys[2], 'i' .. n, 'code', 'r', 'born')
	local id, code, releasing, born = h[1], h[2], h[3], h[4] or text(now)
	redis.call('ZCARD', keys[3])
	if id == args[4] then
		if code then return { 'known', born, code } end
		return releasing and pieces({ 'whole', born, '' }, keys[2], total) or { 'waiting', born, '' }
	elseif id and code then
		-- The phone counts from the beginning again: another text under an old reference.
		redis.call('DEL', keys[2])
		born = text(now)
	elseif id then
		return { 'alone', born, '' }
	elseif code then
		return { 'late', born, code }
	elseif releasing then
		return { 'busy', born, '' }
	end
	redis.call('HSET', keys[2], 'i' .. n, args[4], 'p' .. n, args[5], 'born', born, 'n', args[3])
	if redis.call('HINCRBY', keys[2], 'c', 1) == total then
		redis.call('HSET', keys[2], 'r', '1')
		redis.call('ZADD', keys[3], text(now + 30000), args[1])
		return pieces({ 'whole', born, '' }, keys[2], total)
	end
	redis.call('ZADD', keys[3], 'LT', text(now + tonumber(args[6])), args[1])
	return { 'waiting', born, '' }
end

-- Sets whose time is over: to be released with what there is, or, long after that, forgotten.
-- keys: meta, line     args: prefix, most, lease in ms
local function parts(keys, args)
	local now, out = now_ms(keys[1]), {}
	for _, name in ipairs(redis.call('ZRANGEBYSCORE', keys[2], '-inf', text(now), 'LIMIT', 0, args[2])) do
		local key = args[1] .. name
		local h = redis.pcall('HMGET', key, 'code', 'born', 'n')
		if h.err or (h[2] and not h[1] and not tonumber(h[3] or '')) then
			-- One damaged set must not hold up the others: it waits out a lease and is reported.
			redis.call('ZADD', keys[2], text(now + tonumber(args[3])), name)
			out[#out + 1] = { name, '' }
		elseif h[1] or not h[2] then
			redis.call('DEL', key)
			redis.call('ZREM', keys[2], name)
		else
			redis.call('HSET', key, 'r', '1')
			redis.call('ZADD', keys[2], text(now + tonumber(args[3])), name)
			out[#out + 1] = pieces({ name, h[2] }, key, tonumber(h[3]))
		end
	end
	return out
end

-- The set has become a report.  keys: meta, set, line     args: name, birth, code, keep in ms
local function parts_taken(keys, args)
	local h = redis.call('HMGET', keys[2], 'born', 'n')
	if h[1] ~= args[2] then
		return 'gone'
	end
	redis.call('ZADD', keys[3], text(now_ms(keys[1]) + tonumber(args[4])), args[1])
	redis.call('HSET', keys[2], 'code', args[3])
	for i = 1, tonumber(h[2]) do
		redis.call('HDEL', keys[2], 'p' .. i)
	end
	return 'ok'
end

-- Folds the chain on, if nobody else did.   keys: chain, heads, meta
-- args: seq it must stand at, new seq, new digest, head to publish or '', time until which it may be
-- A head that was long in coming would be older than entries it should not be older than.
local function chain(keys, args)
	redis.call('XLEN', keys[2])
	if args[4] ~= '' and now_ms(keys[3]) > tonumber(args[5]) then
		return 'late'
	end
	if (redis.call('HGET', keys[1], 'seq') or '0') ~= args[1] then
		return 'conflict'
	end
	redis.call('HSET', keys[1], 'seq', args[2], 'digest', args[3])
	if args[4] ~= '' then
		redis.call('XADD', keys[2], '*', 'e', args[4])
	end
	return 'ok'
end

-- Takes the oldest part of the log, and cases closed long ago, out of the store: they lie in the
-- archive, synced and read back.  All of it, or nothing when anything has moved since.
-- keys: meta, log, seam, chain, heads, then of each case its key and its shelf
-- args: seq of the seam it was prepared from, new seq, chain up to there, time of the entry there,
-- id before which heads go ('' none), entry, its digest, then of each case: version, length of its key, place
-- on the shelf, year
-- answers the seq of the entry, or 'conflict'
local function archive(keys, args)
	local g = { log = keys[2], seq = log_check(keys[1], keys[2]) }
	if (redis.call('HGET', keys[3], 'seq') or '0') ~= args[1] or
	    tonumber(redis.call('HGET', keys[4], 'seq') or '0') < tonumber(args[2]) then
		return 'conflict'
	end
	redis.call('XLEN', keys[5])
	local n = (#keys - 5) / 2
	for i = 1, n do
		-- An erasure takes the key and leaves the version: what was read before it still holds the key.
		if redis.call('HGET', keys[4 + 2 * i], 'v') ~= args[4 + 4 * i] or
		    text(redis.call('HSTRLEN', keys[4 + 2 * i], 'k')) ~= args[5 + 4 * i] then
			return 'conflict'
		end
		redis.call('HLEN', keys[5 + 2 * i])
	end
	redis.call('HSET', keys[1], 'seq', text(log_append(g, args[6], args[7])))
	redis.call('HSET', keys[3], 'seq', args[2], 'chain', args[3], 'at', args[4])
	redis.call('XTRIM', keys[2], 'MINID', text(tonumber(args[2]) + 1) .. '-0')
	if args[5] ~= '' then
		redis.call('XTRIM', keys[5], 'MINID', args[5])
	end
	for i = 1, n do
		redis.call('DEL', keys[4 + 2 * i])
		redis.call('HSET', keys[5 + 2 * i], args[6 + 4 * i], args[7 + 4 * i])
	end
	return g.seq
end

-- A version of the configuration that lies in the archive and that no case names: gone, unless it
-- has come into force again.   keys: current, version     args: digest
local function retire(keys, args)
	local d = redis.call('HGET', keys[1], 'd') or ''
	if string.sub(d, 1, #args[1]) == args[1] then
		return 0
	end
	return redis.call('DEL', keys[2])
end

-- One puller at a time for an account, and how far it has come.  Each new holder gets a higher
-- fence: who was thawed too late shows an old one, and writes nothing.
-- keys: meta, account     args: 'take', owner, lease in ms     or 'save', fence, cursor
-- take answers fence (0: another has it), cursor, ms until that lease ends; save answers ok or lost
local function pull(keys, args)
	local p = redis.call('HMGET', keys[2], 'o', 'u', 'f', 'c')
	local now, fence, till = now_ms(keys[1]), tonumber(p[3] or '0'), tonumber(p[2] or '0')
	if args[1] == 'save' then
		if text(fence) ~= args[2] then
			return 'lost'
		end
		redis.call('HSET', keys[2], 'c', args[3])
		return 'ok'
	end
	if p[1] ~= args[2] then
		if till > now then
			return { 0, '', till - now }
		end
		fence = fence + 1
	end
	redis.call('HSET', keys[2], 'o', args[2], 'u', text(now + tonumber(args[3])), 'f', text(fence))
	return { fence, p[4] or '', 0 }
end

-- A warning of others: once, however often its source serves it, and no more than so many unjudged.
-- keys: meta, stream, names     args: name, the warning, most     answers 'ok', 'known' or 'full'
local function warn(keys, args)
	local now = now_ms(keys[1])
	if redis.call('HEXISTS', keys[3], args[1]) == 1 then
		return 'known'
	end
	if redis.call('XLEN', keys[2]) >= tonumber(args[3]) then
		return 'full'
	end
	redis.call('XADD', keys[2], '*', 'n', args[1], 'w', args[2])
	redis.call('HSET', keys[3], args[1], text(now))
	return 'ok'
end

-- What every round of work begins with: the time, the version in force, the roster's seq, and what the
-- time would be if it could go back.
-- keys: meta, current
local function now(keys)
	local c = redis.call('HMGET', keys[1], 'clock', 'clock_off', 'roster')
	local ms = store_ms() + tonumber(c[2] or '0')
	return { text(math.max(ms, tonumber(c[1] or '0'))), redis.call('HGET', keys[2], 'd') or '', c[3] or '0', text(ms) }
end

-- What kt_steady answers, without looking: the time, no jump, what is added to the store's clock.
-- keys: meta
local function clock(keys)
	local c = redis.call('HMGET', keys[1], 'clock', 'clock_off')
	local ms = store_ms() + tonumber(c[2] or '0')
	return { text(math.max(ms, tonumber(c[1] or '0'))), '0', c[2] or '0', '0', text(ms) }
end

local function forget_looks(meta)
	for _, field in ipairs(redis.call('HKEYS', meta)) do
		if string.sub(field, 1, 5) == 'look:' then
			redis.call('HDEL', meta, field)
		end
	end
end

-- Holds the store's clock against the boot clock of the machine that looks, which has a look of its
-- own to go by.  What parts from it by more than a step was set by somebody: the house keeps its own
-- time, and what was written meanwhile with the other one frees its leases, here and in kt_claim.
-- The machine that measured what is added takes it back by starting anew.
-- keys: meta, lease     args: look or accept, machine, boot id, boot clock in ms, step in ms
local function steady(keys, args)
	local own = 'look:' .. args[2]
	local c = redis.call('HMGET', keys[1], 'clock', 'clock_off', 'clock_by', own, 'clock_boot', 'clock_at', 'clock_mono')
	local high, off, by = tonumber(c[1] or '0'), tonumber(c[2] or '0'), c[3]
	local mono, step, jump, other = tonumber(args[4]), tonumber(args[5]), 0, '0'
	local boot, at, was = string.match(c[4] or '', '^(%S+) (%-?%d+) (%d+)$')
	if not boot and c[5] then
		boot, at, was = c[5], c[6], c[7]	-- the one look of the release before
	end
	if args[1] == 'accept' then
		forget_looks(keys[1])
		off = 0
	elseif boot == args[3] then
		jump = store_ms() + off - tonumber(at) - (mono - tonumber(was))
		if math.abs(jump) > step then
			off, by = off - jump, args[2]
			if math.abs(off) <= step then
				off = 0
			end
			high = 0
		else
			jump = 0
		end
	elseif boot and (off == 0 or not by or by == args[2]) then
		if off ~= 0 then
			forget_looks(keys[1])	-- they were noted in the time that is given up
		end
		off, other = 0, '1'
	end
	local now = math.max(store_ms() + off, high)
	-- All of them: who took what by the wrong time holds it for as long as the step was.  A case that two
	-- engines then decide is committed once.
	if jump ~= 0 then
		redis.call('DEL', keys[2])
	end
	if jump > 0 then
		redis.call('HINCRBY', keys[1], 'clock_backs', 1)
	end
	redis.call('HSET', keys[1], 'clock', text(now), 'clock_off', text(off))
	if args[1] == 'look' then
		redis.call('HSET', keys[1], own, args[3] .. ' ' .. text(store_ms() + off) .. ' ' .. args[4])
	end
	if off ~= 0 and by then
		redis.call('HSET', keys[1], 'clock_by', by)
	else
		redis.call('HDEL', keys[1], 'clock_by')
	end
	redis.call('HDEL', keys[1], 'clock_boot', 'clock_at', 'clock_mono')
	return { text(now), text(jump), text(off), other, text(store_ms() + off) }
end

-- Keys: the readers of one case.  args: officer, when, for how long from the first of them.
local function reader(keys, args)
	local new = redis.call('HSETNX', keys[1], args[1], args[2])
	if redis.call('PTTL', keys[1]) == -1 then
		redis.call('PEXPIRE', keys[1], args[3])
	end
	return new
end

redis.register_function('kt_intake', intake)
redis.register_function('kt_reader', reader)
redis.register_function{ function_name = 'kt_steady', callback = steady, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_commit', callback = commit, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_due', callback = due, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_claim', callback = claim, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_mark', callback = mark, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_receipt', callback = receipt, flags = { 'allow-oom' } }
redis.register_function('kt_part', part)
redis.register_function{ function_name = 'kt_parts', callback = parts, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_parts_taken', callback = parts_taken, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_overdue', callback = overdue, flags = { 'no-writes' } }
redis.register_function{ function_name = 'kt_reroute', callback = reroute, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_members', callback = members, flags = { 'no-writes' } }
redis.register_function{ function_name = 'kt_bundle', callback = bundle, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_chain', callback = chain, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_archive', callback = archive, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_retire', callback = retire, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_pull', callback = pull, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_warn', callback = warn, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'kt_clock', callback = clock, flags = { 'no-writes' } }
redis.register_function{ function_name = 'kt_now', callback = now, flags = { 'no-writes' } }
