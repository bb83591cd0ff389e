import { Link } from "@tanstack/react-router";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { text } from "@/text";

export function NotFound() {
  return (
    <Page title={text.problem.notFoundTitle}>
      <Empty
        title={text.problem.missing}
        action={
          <Button asChild look="primary">
            <Link to="/">{text.problem.goHome}</Link>
          </Button>
        }
      >
        {text.problem.notFound}
      </Empty>
    </Page>
  );
}
