import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { applier } from "./apply";
import { type Connection, follow } from "./changes";

const ConnectionContext = createContext<Connection>("connecting");

/** Keeps everything below it up to date while it is shown. */
export function Live({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => follow({ news: applier(queries), connection: setConnection }), [queries]);
  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}

/** Whether changes arrive as they happen. */
export function useConnection(): Connection {
  return useContext(ConnectionContext);
}
