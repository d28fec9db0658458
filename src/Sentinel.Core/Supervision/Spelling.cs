namespace Sentinel.Core.Supervision;

/// <summary>Guesses what an unknown word was meant to be.</summary>
public static class Spelling
{
    /// <summary>The word that differs least, or null when none is close.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var (nearest, distance) = known
            .Select(candidate => (candidate, Distance(candidate, word)))
            .OrderBy(pair => pair.Item2)
            .FirstOrDefault(("", int.MaxValue));
        return distance <= Math.Max(1, word.Length / 3) ? nearest : null;
    }

    // How many characters must be changed, added, left out, or swapped with the next (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var (last, row) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            var next = new int[b.Length + 1];
            next[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                next[j] = Math.Min(Math.Min(row[j], next[j - 1]) + 1, row[j - 1] + (AreSame(i, j) ? 0 : 1));
                if (i > 1 && j > 1 && AreSame(i, j - 1) && AreSame(i - 1, j))
                    next[j] = Math.Min(next[j], last[j - 2] + 1);
            }

            (last, row) = (row, next);
        }

        return row[^1];

        bool AreSame(int i, int j) => char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
    }
}
