import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { NotFound } from "./features/frame/not-found";
import { problemOf } from "./lib/problem";
import { Failure, Skeleton } from "./components/ui/states";
import { routeTree } from "./routeTree.gen";
import "./styles/main.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A problem with a status is an answer; only silence is worth asking again.
      retry: (times, error) => problemOf(error).status === 0 && times < 2,
    },
  },
});

const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: () => (
    <div className="mx-auto w-full max-w-[72rem] px-8 pt-8">
      <Skeleton />
    </div>
  ),
  defaultErrorComponent: ({ error, reset }) => (
    <div className="mx-auto w-full max-w-[72rem] px-8 pt-8">
      <Failure error={error} retry={reset} />
    </div>
  ),
  defaultNotFoundComponent: NotFound,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
