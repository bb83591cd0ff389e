import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/queries/account";
import { leaderboardQuery } from "@/api/queries/datanet";
import { Loaded } from "@/components/ui/states";
import { Ladder } from "./ladder";

/** A datanet's own board; `null` is the overall one. */
export function DatanetLadder({ id }: { id: string | null }) {
  const me = useMe();
  const query = useQuery(leaderboardQuery(id));
  return <Loaded query={query}>{(board) => <Ladder board={board} me={me.data?.contributor} />}</Loaded>;
}
