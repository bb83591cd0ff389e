import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { modelsQuery } from "@/api/queries/factory";
import { Button } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { Empty, Loaded } from "@/components/ui/states";
import { text } from "@/text";
import { Bench, type Choice } from "./bench";

interface PlaygroundPageProps extends Choice {
  onChoose: (choice: Choice) => void;
}

/** The same words to two models, side by side. */
export function PlaygroundPage({ left, right, onChoose }: PlaygroundPageProps) {
  const query = useQuery(modelsQuery);
  return (
    <Page wide title={text.playground.title} lead={text.playground.lead}>
      <Loaded query={query}>
        {(models) =>
          models.length === 0 ? (
            <Empty
              title={text.playground.emptyTitle}
              action={
                <Button asChild look="primary">
                  <Link to="/runs">{text.factory.title}</Link>
                </Button>
              }
            >
              {text.playground.emptyBody}
            </Empty>
          ) : (
            <Bench models={models} left={left} right={right} onChoose={onChoose} />
          )
        }
      </Loaded>
    </Page>
  );
}
