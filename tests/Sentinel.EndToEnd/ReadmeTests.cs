using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

public partial class ReadmeTests
{
    private static readonly string Readme = Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "README.md");

    // Whatever the commands of the README run, it is one of these: they take any argument, and stay.
    private static readonly string[] Programs = ["python", "python3", "node", "npm"];

    [Fact]
    public async Task Every_command_line_of_the_README_works_and_prints_what_it_says()
    {
        await using var home = new SentinelHome();
        var path = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        foreach (var program in Programs)
            Script(Path.Combine(path, program));
        // On the PATH, and as the launcher in the checkout.
        File.CreateSymbolicLink(Path.Combine(path, "sentinel"), SentinelHome.Binary);
        File.CreateSymbolicLink(Path.Combine(home.Work, "sentinel"), SentinelHome.Binary);
        foreach (var folder in (string[])["app", "site", "src"])
            Directory.CreateDirectory(Path.Combine(home.Work, folder));
        foreach (var file in (string[])["server.py", "worker.py", "app.js", ".env"])
            File.WriteAllText(Path.Combine(home.Work, file), "");
        var variables = new Dictionary<string, string?> { ["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}" };

        var uses = Uses(File.ReadAllLines(Readme)).ToList();

        Assert.True(uses.Count >= 10, $"only {uses.Count} command lines were found");
        foreach (var use in uses)
        {
            var (call, exitCode) = use.Stays ? (Call.Line(Terminal.In(80, Quoted().Replace(use.Line, @"\$0"))), 130) : (Call.Line(use.Line), 0);
            using var command = home.Begin(call with { Environment = variables });
            if (use.Stays)
            {
                await Wait.Until(() => command.Stdout.Length > 0, $"'{use.Line}' prints something");
                command.Type("\u0003");
            }

            var outcome = await command.End();
            Assert.True(outcome.ExitCode == exitCode, $"'{use.Line}' ended with {outcome.ExitCode}:\n{outcome.Stdout}{outcome.Stderr}");
            if (use.Printed.Length > 0)
                Assert.Contains(Alike(use.Printed), (string[])[Alike(outcome.Stdout), Alike(outcome.Stdout + outcome.Stderr)]);
        }
    }

    private sealed record Use(string Line, string Printed)
    {
        public bool Stays => Line.Contains("--follow") || Line.Contains("--watch");
    }

    // The lines with a prompt, or in a block of shell commands without; in either what is not a command is what it prints.
    private static IEnumerable<Use> Uses(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            var block = lines.Skip(i + 1).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).ToList();
            i += block.Count + 1;
            var hasPrompts = block.Any(line => line.StartsWith("$ ", StringComparison.Ordinal));
            for (var j = 0; j < block.Count; j++)
            {
                var line = hasPrompts ? Prompt().Replace(block[j], "") : block[j];
                if ((hasPrompts && line == block[j]) || !Command().IsMatch(line))
                    continue;
                while (line.EndsWith('\\'))
                    line = line[..^1] + block[++j].TrimStart('>', ' ');
                var printed = hasPrompts ? block.Skip(j + 1).TakeWhile(next => !next.StartsWith("$ ", StringComparison.Ordinal)) : [];
                yield return new Use(line, string.Join('\n', printed.Where(next => !next.StartsWith('#'))));
            }
        }
    }

    // With other figures, and columns as wide as these make them.
    private static string Alike(string text)
    {
        text = Duration().Replace(text, "0s");
        text = Memory().Replace(text, "0 MB");
        text = Number().Replace(text, "0");
        return Fill().Replace(text, run => run.Value[..1]).Trim();
    }

    private static void Script(string path)
    {
        File.WriteAllText(path, "#!/bin/sh\nexec sleep 1000\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // What means something within double quotes.
    [GeneratedRegex(@"[""$`\\]")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\$ ")]
    private static partial Regex Prompt();

    [GeneratedRegex(@"^(\./)?sentinel( |$)")]
    private static partial Regex Command();

    [GeneratedRegex(@"\b(\d+[dhms] ?)+\b")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b[0-9.]+ ?[KMG]B\b")]
    private static partial Regex Memory();

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex("-{2,}| {2,}|\n{2,}")]
    private static partial Regex Fill();
}
