/** Connected agents: where they find the list, and the tokens by which they may. */

import { useEffect, useState } from "preact/hooks";
import {
  type Agent,
  type Agents,
  listAgents,
  type RevokedAgent,
  revokeToken,
  type Token,
} from "../api/agents";
import { sentence } from "../api/problem";
import { dayWords, dueDay, dueWords } from "../lib/due";
import { here } from "../state/clock";
import { CopyButton } from "./CopyButton";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { NewTokenDialog } from "./NewToken";
import { todayWords, UndoToday } from "./UndoToday";

function useAgents() {
  const [agents, setAgents] = useState<Agents | null>(null);
  const [problem, setProblem] = useState("");
  const load = () =>
    listAgents().then(
      (found) => {
        setAgents(found);
        setProblem("");
      },
      (cause: unknown) => setProblem(sentence(cause)),
    );
  useEffect(() => void load(), []);
  return { agents, problem, load };
}

function lastUse(token: Token): string {
  return token.last_used_at ? `Last used ${dueWords(token.last_used_at, here.value)}` : "Never used";
}

function ending({ expires_at: end }: Token): string {
  if (!end) return "never ends";
  const over = Date.parse(end) <= here.value.now;
  return `${over ? "ended" : "ends"} ${dayWords(dueDay(end, here.value), here.value)}`;
}

interface RevokeProps {
  token: Token;
  onDone: () => void;
  onClose: () => void;
}

function Revoke({ token, onDone, onClose }: RevokeProps) {
  const [problem, setProblem] = useState("");
  const revoke = async () => {
    try {
      await revokeToken(token.id);
      onClose();
      onDone();
    } catch (cause) {
      setProblem(sentence(cause));
    }
  };
  return (
    <Dialog title={`Revoke “${token.name}”?`} onClose={onClose}>
      <p class="dialog-lead">
        The program that uses it is locked out at once. What it did stays; what it did today can be undone
        here.
      </p>
      <p class="panel-problem" role="alert">
        {problem}
      </p>
      <div class="panel-buttons">
        <button type="button" class="button button-danger" onClick={() => void revoke()}>
          Revoke
        </button>
        <button type="button" class="button" onClick={onClose}>
          Keep
        </button>
      </div>
    </Dialog>
  );
}

function Row({ token, onChange }: { token: Agent; onChange: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <li class="token">
      <span class="token-icon">
        <Icon name={token.scope === "read" ? "eye" : "bot"} />
      </span>
      <div class="token-text">
        <strong>{token.name}</strong>
        <span>
          {token.scope === "read" ? "Read only" : "Read and write"} · {lastUse(token)} · {ending(token)}
        </span>
        {token.changes_today > 0 && <span>{todayWords(token.changes_today)}</span>}
      </div>
      <div class="token-buttons">
        <UndoToday agent={token} onDone={onChange} />
        <button
          type="button"
          class="button button-small"
          aria-label={`Revoke ${token.name}`}
          onClick={() => setAsking(true)}
        >
          Revoke
        </button>
      </div>
      {asking && <Revoke token={token} onDone={onChange} onClose={() => setAsking(false)} />}
    </li>
  );
}

/** A program that is locked out, but whose day can still be undone. */
function RevokedRow({ agent, onChange }: { agent: RevokedAgent; onChange: () => void }) {
  return (
    <li class="token">
      <span class="token-icon">
        <Icon name="bot" />
      </span>
      <div class="token-text">
        <strong>{agent.name}</strong>
        <span>Revoked · {todayWords(agent.changes_today)}</span>
      </div>
      <div class="token-buttons">
        <UndoToday agent={agent} onDone={onChange} />
      </div>
    </li>
  );
}

function Address() {
  const address = `${location.origin}/mcp`;
  return (
    <div class="field">
      <label for="mcp-address">MCP address</label>
      <div class="secret">
        <input id="mcp-address" readOnly value={address} onFocus={(event) => event.currentTarget.select()} />
        <CopyButton text={address} label="Copy the MCP address" />
      </div>
    </div>
  );
}

export function AgentsPanel() {
  const { agents, problem, load } = useAgents();
  const rows = agents ? agents.tokens.length + agents.revoked.length : 0;
  const reload = () => void load();
  const [making, setMaking] = useState(false);
  return (
    <section class="panel" aria-busy={agents === null && !problem}>
      <h2>Connected agents</h2>
      <p class="panel-lead">
        Assistants and programs can work on your list, each with a token of its own. They see your tasks,
        never your account.
      </p>
      <Address />
      {problem && <p class="panel-problem">{problem}</p>}
      {agents && rows > 0 && (
        <ul class="tokens" aria-label="Tokens">
          {agents.tokens.map((token) => (
            <Row key={token.id} token={token} onChange={reload} />
          ))}
          {agents.revoked.map((agent) => (
            <RevokedRow key={agent.id} agent={agent} onChange={reload} />
          ))}
        </ul>
      )}
      <div class="panel-buttons">
        <button type="button" class="button" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          New token
        </button>
      </div>
      {making && <NewTokenDialog onMade={reload} onClose={() => setMaking(false)} />}
    </section>
  );
}
