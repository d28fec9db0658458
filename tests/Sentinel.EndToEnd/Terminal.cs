using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>Runs the command line in a terminal of its own (script(1) of util-linux).</summary>
internal static partial class Terminal
{
    public static Call Call(int columns, params string[] arguments) => new(arguments)
    {
        Environment = new Dictionary<string, string?> { ["TERM"] = "xterm-256color" },
        Through = ["sh", "-c", $$"""for word in "$@"; do line="$line '$word'"; done; exec script -qec "stty cols {{columns}} rows 50 -onlcr; exec $line" /dev/null""", "sh"],
    };

    /// <summary>How many columns a line takes: colours take none, and the Japanese of these tests two each.</summary>
    public static int Width(string line) => Escape().Replace(line, "").TrimEnd('\r').Sum(c => c >= '\u3000' ? 2 : 1);

    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-Z]|\e\][^\a]*\a|\e[()][A-Z0-9]")]
    private static partial Regex Escape();
}
