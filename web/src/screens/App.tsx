/** Which screen is shown. */

import { useEffect } from "preact/hooks";
import { ErrorState } from "../parts/States";
import { arrive } from "../state/arrival";
import { session } from "../state/session";
import { Main } from "./Main";
import { SignIn } from "./SignIn";

export function App() {
  useEffect(() => void arrive(), []);
  const current = session.value;
  switch (current.status) {
    case "unknown":
      return <main class="door" aria-busy="true" />;
    case "unreachable":
      return (
        <main class="door">
          <ErrorState message={current.message} onRetry={() => void arrive()} />
        </main>
      );
    case "out":
      return <SignIn />;
    case "in":
      return <Main key={current.user.id} />;
  }
}
