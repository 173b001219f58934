"""Two sides at work in one repository: a user who edits, stages, commits, switches branches, rebases, stashes and collects
garbage, and real processes of glmcode, stopped now and then in the middle while the user acts.

    python tests/bench/interleave.py --steps 1000 --seeds 1 2 3 --within 0.5
"""

import argparse
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from tests.repo.interleave.game import Game


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[5])
    parser.add_argument("--within", type=float, default=0.5, help="how often the user acts in the middle of a command")
    parser.add_argument("--racing", action="store_true", help="two commands at once, and the user meanwhile")
    parser.add_argument("--log", action="store_true")
    asked = parser.parse_args()
    wrong = 0
    for seed in asked.seeds:
        folder = tempfile.mkdtemp(prefix="glmcode-interleave-")
        game = Game(seed, folder, asked.within, asked.racing)
        try:
            game.play(asked.steps)
        finally:
            if asked.log:
                print("\n".join(game.log))
            print(
                f"seed {seed}: {len(game.log)} acts, {game.user.written} lines of the user's, {game.tool.written} of glmcode's"
            )
            print("  " + ", ".join(f"{name}: {count}" for name, count in sorted(game.ends.items())))
            for one in game.found:
                print(f"  WRONG {one}")
            wrong += len(game.found)
            shutil.rmtree(folder)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
