import { Chip, type Tone } from "../../ui/Chip";

const GOOD = 60;
const FAIR = 30;

/** How a score is told in a word, and its tone. */
export const standing = (score: number): { word: string; tone: Tone } =>
  score >= GOOD
    ? { word: "high", tone: "good" }
    : score >= FAIR
      ? { word: "fair", tone: "plain" }
      : { word: "low", tone: "warn" };

/** How promising a lead is; its colour helps the eye, the number and the word say it. */
export function Score({ score, named = false }: { score: number | null; named?: boolean }) {
  if (score === null) return named ? null : <>—</>;
  const { word, tone } = standing(score);
  return (
    <Chip tone={tone}>
      <span>
        {named && "Score "}
        {score}
        <span className="visually-hidden">, {word}</span>
      </span>
    </Chip>
  );
}
