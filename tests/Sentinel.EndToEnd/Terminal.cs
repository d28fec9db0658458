using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>Runs the command line in a terminal of its own (script(1) of util-linux).</summary>
internal static partial class Terminal
{
    public const int Rows = 50;

    private static readonly Dictionary<string, string?> Kind = new() { ["TERM"] = "xterm-256color" };

    public static void Need() => Needs.Program("script");

    public static Call Call(int columns, params string[] arguments) => new(arguments)
    {
        Environment = Kind,
        Through = ["sh", "-c", $"""for word in "$@"; do line="$line '$word'"; done; {In(columns, "exec $line")}""", "sh"],
    };

    /// <summary>Runs a line of the shell, in which $ is \$ and no " is.</summary>
    public static Call Line(int columns, string line) => new() { Environment = Kind, Through = ["sh", "-c", In(columns, line), "sh"] };

    /// <summary>A line for a shell that runs another in a terminal.</summary>
    public static string In(int columns, string line) =>
        $"""exec script -qec "stty cols {columns} rows {Rows} -onlcr; {line}" /dev/null""";

    /// <summary>How many columns a line takes: colours take none, and the Japanese and the pictures of these tests two each.</summary>
    public static int Width(string line) =>
        Escape().Replace(line, "").TrimEnd('\r').EnumerateRunes().Sum(rune => rune.Value >= 0x3000 ? 2 : 1);

    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-Z]|\e\][^\a]*\a|\e[()][A-Z0-9]")]
    private static partial Regex Escape();
}
