/** English: every word the interface says, by place. */
import { account } from "./en/account";
import { common, frame, problem, state } from "./en/common";
import { contribute } from "./en/contribute";
import { datanet, home, standing } from "./en/datanet";
import { factory } from "./en/factory";
import { playground } from "./en/playground";
import { record, release } from "./en/release";
import { review } from "./en/review";
import { specimen } from "./en/specimen";

export const en = {
  account,
  common,
  contribute,
  datanet,
  factory,
  frame,
  home,
  playground,
  problem,
  record,
  release,
  review,
  specimen,
  standing,
  state,
};
