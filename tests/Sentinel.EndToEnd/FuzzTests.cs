using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>What nobody means, told to the real binary.</summary>
public sealed partial class FuzzTests
{
    // None that waits for something, works outside of the home, or asks for a stack trace.
    private static readonly string[] Commands =
    [
        "", "run", "run", "run", "list", "status", "logs", "logs rotate", "events", "why", "scale", "set", "group", "group create", "group set", "group add",
        "group remove", "group list", "group delete", "group start", "group stop", "group restart", "port allocate", "port list", "port free", "env", "gc",
        "doctor", "daemon", "daemon status", "daemon stop", "startup", "startup openrc", "startup launchd", "start", "stop", "restart", "delete", "reset", "startall",
        "stopall", "restartall", "clean", "nonsense",
    ];

    private static readonly string[] Unwanted = ["--watch", "--follow", "--wait", "--rolling", "--debug"];

    // None that is a command by itself: 'web' serves until it is ended.
    private static readonly string[] Words =
    [
        "site", "site", "sleep 1000", "sleep 1000", "sleep", "shop", "1", "2", "0", "-1", "+2", "99999999999999999999", "1e999", "NaN", "1.5", "500M", "2h", "10m",
        "2026-01-31", "TERM", "always", "on-failure", "http", "http=PORT", "A=1", "=", "nofile=64:128", "best-effort:3", "0", "root", "stdout", "sleep 'half",
        "http://127.0.0.1:$PORT/", "127.0.0.1:80", "(", "a|b", ".", "/", "", "--", "-", "---", "--=", "@file", "[suggest]", "[diagram]", "/h", "-?", "--help", "-n5",
        "--restart=", "--restart=perhaps", "--name=", "é😀", "\u001b[2J", "\u202e", "a\nb", "\t", " ", "\u0001", "{0}", "%s%n", new('x', 300), new('-', 100),
    ];

    [Fact]
    public async Task Whatever_is_typed_ends_with_a_documented_code_and_words()
    {
        var lines = Seeded.IsWhole ? 100_000 : Long.Times(1_000, otherwise: 200);
        var random = Seeded.Random();
        await using var home = new SentinelHome();
        var options = new Dictionary<string, string[]>();
        foreach (var command in Commands.Distinct())
            options[command] = [.. Option().Matches((await home.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Stdout)
                .Select(option => option.Value.Trim()).Except(Unwanted)];

        for (var i = 0; i < lines; i++)
        {
            var command = random.GetItems(Commands, 1)[0];
            string[] words =
            [
                .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                .. Enumerable.Range(0, random.Next(8)).Select(_ => random.GetItems(random.Next(2) == 0 ? options[command] : Words, 1)[0]),
            ];

            var outcome = await home.Run(words);

            var what = $"{string.Join(' ', words.Select(word => $"\"{word}\""))} ended with {outcome.ExitCode}:\n{outcome.Stdout}\n{outcome.Stderr}";
            Assert.True(outcome.ExitCode is 0 or 1 or 2, what);
            Assert.True(outcome.ExitCode == 0 || outcome.Stderr.Length > 0 || outcome.Stdout.Length > 0, what);
            foreach (var unexpected in (string[])["Unhandled", "   at ", "fault in sentinel"])
                Assert.False(outcome.Stderr.Contains(unexpected), what);
            Assert.False(outcome.Stderr.Any(c => char.IsControl(c) && c != '\n'), what);
        }
    }

    [GeneratedRegex(@"(?<=^ .*)--[a-z-]+(?= )", RegexOptions.Multiline)]
    private static partial Regex Option();
}
