-- 10,000 users with 100 tasks each, and of everything else as much as makes an index worth its while. Both databases
-- understand it. They need a table `numbers (n)` with 0 to 10,000.
INSERT INTO users (id, email, name, created_at) SELECT 'u' || n, 'u' || n || '@example.com', 'U', n
    FROM numbers WHERE n > 0;
INSERT INTO tasks (user_id, number, uid, title, title_key, search, priority, due, due_local, due_at, completed_at,
    deleted_at, repeat_of, created_at, updated_at, version)
    SELECT 'u' || u.n, t.n, '0190' || substr(CAST(10000 + t.n AS TEXT), 2)
    || '-0000-7000-8000-' || substr(CAST(1000000000000 + u.n AS TEXT), 2),
    'Task ' || t.n || ' about milk', 'task ' || t.n || ' about milk', 'task ' || t.n || ' about milk', 1 + t.n % 3, CASE WHEN t.n % 3 = 0 THEN '2026-03-12' END,
    CASE WHEN t.n % 3 = 0 THEN 1773273600 + 86400 * (t.n % 30) END, NULL,
    CASE WHEN t.n % 2 = 0 THEN t.n END, CASE WHEN t.n % 50 = 0 THEN t.n END,
    CASE WHEN t.n % 9 = 0 THEN '0190' || substr(CAST(10000 + t.n - 1 AS TEXT), 2)
    || '-0000-7000-8000-' || substr(CAST(1000000000000 + u.n AS TEXT), 2) END,
    t.n, t.n, 1
    FROM numbers AS u, numbers AS t WHERE u.n > 0 AND t.n BETWEEN 1 AND 100;
UPDATE users SET next_task_number = 101;
INSERT INTO task_labels (user_id, label, number)
    SELECT user_id, 'label' || number % 9, number FROM tasks WHERE number % 5 = 0 AND user_id < 'u2';
INSERT INTO sessions (user_id, token_id, created_at, expires_at)
    SELECT 'u' || u.n, 't' || t.n, t.n, u.n * 20 + t.n
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 1 AND 20;
INSERT INTO revoked_tokens (user_id, token_id, expires_at) SELECT user_id, token_id, expires_at FROM sessions;
INSERT INTO used_consents (user_id, id, expires_at) SELECT user_id, token_id, expires_at FROM sessions;
INSERT INTO conversations (user_id, title, thread, activity, created_at, updated_at)
    SELECT 'u' || u.n, 'C', 'agui:' || t.n, t.n, t.n, t.n
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 1 AND 20;
INSERT INTO messages (user_id, conversation_id, role, content, created_at)
    SELECT user_id, id, 'user', 'hi', n FROM conversations, numbers WHERE n BETWEEN 1 AND 6;
INSERT INTO pending_actions (user_id, conversation_id, id, kind, prompt, tasks, action, created_at, expires_at)
    SELECT user_id, id, 'p' || id, 'ask', '?', '[]', '{}', 1, 2 FROM conversations;
INSERT INTO changes (user_id, seq, id, door, summary, undoes, created_at, client_id)
    SELECT 'u' || u.n, t.n, '0190' || substr(CAST(10000 + t.n AS TEXT), 2)
    || '-0000-7000-8000-' || substr(CAST(1000000000000 + u.n AS TEXT), 2), 'chat', 'did',
    CASE WHEN t.n % 10 = 0 THEN '0190' || substr(CAST(10000 + t.n - 1 AS TEXT), 2)
    || '-0000-7000-8000-' || substr(CAST(1000000000000 + u.n AS TEXT), 2) END,
    u.n * 60 + t.n, CASE WHEN t.n % 4 = 0 THEN 'client' || t.n % 3 END
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 1 AND 60;
INSERT INTO change_effects (user_id, seq, ordinal, number)
    SELECT user_id, seq, n, (seq + n) % 30 FROM changes, numbers WHERE n BETWEEN 0 AND 1;
INSERT INTO idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at, expires_at)
    SELECT 'u' || u.n, 'k' || t.n, '', 200, '[]', '', t.n, u.n * 40 + t.n
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 1 AND 40;
INSERT INTO turns (user_id, id, conversation_id, status, idempotency_key, started_at, heartbeat_at, ended_at)
    SELECT user_id, '0190' || substr(CAST(10000 + id % 1000 AS TEXT), 2)
    || '-0000-7000-8000-' || substr(CAST(1000000000000 + id AS TEXT), 2), id, CASE WHEN id % 100 = 0 THEN 'running' ELSE 'finished' END, 'k' || id, id, id,
    CASE WHEN id % 100 <> 0 THEN id END FROM conversations;
INSERT INTO turn_events (user_id, turn_id, seq, data, created_at)
    SELECT user_id, id, n, '{}', n FROM turns, numbers WHERE n BETWEEN 1 AND 8;
INSERT INTO turn_rounds (user_id, turn_id, round, data, tokens, elapsed_ms, created_at)
    SELECT user_id, id, n, '{}', 1, 1, n FROM turns, numbers WHERE n BETWEEN 1 AND 4;
INSERT INTO access_tokens (user_id, id, name, hash, scope, created_at)
    SELECT 'u' || u.n, 'a' || t.n, 'A', u.n || '-' || t.n, 'read', t.n
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 1 AND 9;
INSERT INTO user_events (user_id, seq, kind, task_number, version, door, created_at)
    SELECT 'u' || u.n, t.n, 'task.updated', t.n, 1, 'rest', u.n * 50 + t.n
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 1 AND 50;
INSERT INTO model_usage (user_id, day, model, turns, calls, input_tokens, cached_tokens, output_tokens, cost_micros)
    SELECT 'u' || u.n, '2026-01-' || t.n, 'm', 1, 1, 1, 1, 1, 1
    FROM numbers AS u, numbers AS t WHERE u.n BETWEEN 1 AND 400 AND t.n BETWEEN 10 AND 30;
INSERT INTO leases (name, holder, fence, until, due_at) SELECT 'work' || n, 'me', n, n, n FROM numbers;
INSERT INTO audit_events (at, kind) SELECT n, 'kind' || n % 20 FROM numbers;
