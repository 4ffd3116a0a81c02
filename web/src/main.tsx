import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/mantine.css";
import "./ui/tokens.css";
import "./ui/brand.css";
import { createQueryClient } from "./api/queries";
import { router } from "./app/router";
import { start } from "./session/session";
import { theme, variables } from "./ui/theme";

const queries = createQueryClient();
start(() => queries.clear());

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} />
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
