using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

public partial class DocsTests
{
    private static readonly string Checkout = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", ".."));

    // Whatever the pages run, it is one of these. One that is told a port answers there, what
    // is named test, build or publish ends, and all else stays.
    private static readonly string[] Programs =
        ["python", "python3", "node", "npm", "npx", "dotnet", "uvicorn", "celery", "redis-server", "MyApp", "nginx", "gunicorn", "puma"];

    private static readonly string Program = $$"""
        #!/bin/sh
        case ${1-} in test | build | publish) exit ;; esac
        # What a page searches its log for.
        echo 'warning: error in a program that is none'
        # How servers say that they are ready.
        printf '%s\n' ready listening 'Application started' 'Application startup complete' 'Use Ctrl-C to stop' 'start worker process'
        [ -z "${NOTIFY_SOCKET-}" ] || '{{SentinelHome.Actor}}' tell "$NOTIFY_SOCKET" READY=1 >/dev/null
        for word; do
            [ "${last-}" != --port ] || PORT=$word
            last=$word
        done
        [ -z "${PORT-}" ] || exec '{{SentinelHome.Actor}}' serve "$PORT"
        exec sleep 1000

        """;

    // Which files a page may write, by a block whose first line is a comment that names one.
    private static readonly string[] Files = ["sentinel.toml", "Procfile"];

    /// <summary>What people wrote; what is written by the project itself is checked where that is.</summary>
    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Path.Combine(Checkout, "docs"), "*.md").Select(Relative).Where(page => page != "docs/commands.md").Append("README.md").Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_command_line_works_and_prints_what_the_page_says(string page)
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        var path = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        // A project is called as its folder is.
        var folder = Directory.CreateDirectory(Path.Combine(home.Root, "shop")).FullName;
        foreach (var program in Programs)
            Scripts.Write(Path.Combine(path, program), Program);
        // On the PATH, and as the launcher in the checkout.
        File.CreateSymbolicLink(Path.Combine(path, "sentinel"), SentinelHome.Binary);
        File.CreateSymbolicLink(Path.Combine(folder, "sentinel"), SentinelHome.Binary);
        // What the API refuses has failed.
        Scripts.Write(Path.Combine(path, "curl"), "#!/bin/sh\nPATH=${PATH#*:} exec curl --fail-with-body \"$@\"\n");
        File.CreateSymbolicLink(Path.Combine(home.Root, ".sentinel"), home.Folder);
        Directory.CreateDirectory(Path.Combine(folder, "app"));
        foreach (var file in (string[])["server.py", "worker.py", "app.js", ".env"])
            File.WriteAllText(Path.Combine(folder, file), "");
        foreach (var script in (string[])["notify.sh", "backup.sh", "poll.sh"])
            Scripts.Write(Path.Combine(folder, script), "#!/bin/sh\n");
        File.WriteAllText(Path.Combine(folder, "Procfile"), "web: python3 -m http.server $PORT\njobs: python3 worker.py\n");
        var variables = new Dictionary<string, string?>
        {
            ["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}",
            ["TERM"] = "xterm-256color",
            ["TMPDIR"] = home.Root,
        };

        var uses = Uses(page).ToList();
        // Names of machines are those of one page.
        await using var machines = page == "docs/hosts.md" ? await SshMachines.Start(home, ["web1", "web2", "db1"], withSentinel: false) : null;
        if (machines is not null)
            variables[SshMachines.Variable] = machines.Ssh;

        Assert.True(page != "README.md" || uses.Count >= 20, $"only {uses.Count} command lines were found");
        foreach (var use in uses)
        {
            var (call, exitCode) = use.Stays ? (Call.Line(Terminal.In(80, Quoted().Replace(use.Line, @"\$0"))), 130) : (Call.Line($"exec 2>&1\n{use.Line}"), use.ExitCode);
            using var command = home.Begin(call with { Folder = folder, Environment = variables });
            if (use.Stays)
            {
                await Wait.Until(() => command.Stdout.Length > 0, $"'{use.Line}' prints something");
                command.Type("\u0003");
            }

            var outcome = await command.End();
            var said = outcome.Stdout.Replace(folder, "/home/user/shop");
            var whole = $"'{use.Line}' ended with {outcome.ExitCode} and said:\n{said}";
            Assert.True(outcome.ExitCode == exitCode, whole);
            Assert.True(Alike(said).Contains(Alike(use.Printed)) || (use.IsInAnyOrder && Sorted(said) == Sorted(use.Printed)), $"{whole}, not:\n{use.Printed}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void What_is_named_in_a_sentence_is_a_command_and_has_these_options(string page)
    {
        var commands = File.ReadAllText(Path.Combine(Checkout, "docs/commands.md")).Split("\n## ").Skip(1)
            .ToDictionary(section => section[..section.IndexOf('\n')], section => OptionName().Matches(section).Select(match => match.Value).ToHashSet());

        var wrong = Inline().Matches(string.Join(' ', Uncoded(page))).Select(match => match.Groups[1].Value).Where(IsWrong);

        Assert.Empty(wrong);

        bool IsWrong(string text)
        {
            var words = text.TrimStart('.', '/').Split(" -- ")[0].Split(' ');
            var name = Enumerable.Range(1, words.Length).Reverse().Select(count => string.Join(' ', words[..count])).First(commands.ContainsKey);
            var isCommand = name != "sentinel" || words.Length == 1 || words[1] is "COMMAND" or ['-', ..];
            return !isCommand || words.SelectMany(word => OptionName().Matches(word)).Any(option => !commands[name].Contains(option.Value));
        }
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        string[] folders = ["docs", "bench"];
        var pages = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(Checkout, folder), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Checkout, "*.md"))
            .Select(Relative)
            .ToList();

        var broken = from page in pages
                     from line in Uncoded(page)
                     from link in Link().Matches(line)
                     let target = link.Groups[1].Value
                     where !target.Contains("://") && !Exists(page, target)
                     select $"{page}: {target}";

        Assert.Contains("docs/commands.md", pages);
        Assert.Empty(broken);
    }

    private static bool Exists(string page, string target)
    {
        var (file, anchor) = target.Split('#') is [var name, var heading] ? (name, heading) : (target, null);
        var path = file.Length == 0 ? page : Relative(Path.GetFullPath(Path.Combine(Checkout, Path.GetDirectoryName(page)!, file)));
        return Path.Exists(Path.Combine(Checkout, path)) && (anchor is null || Uncoded(path).Any(line => line.StartsWith('#') && Slug(line.TrimStart('#', ' ')) == anchor));
    }

    // As the sites that show Markdown make the anchor of a heading.
    private static string Slug(string heading) => NoneOfASlug().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    private static string Relative(string path) => Path.GetRelativePath(Checkout, path);

    private sealed record Use(string Line, string Printed)
    {
        // Of run and set, --watch is about files.
        public bool Stays => !Line.Contains('\n') && (Line.Contains("--follow") || (Line.Contains("--watch") && !Line.StartsWith("sentinel run") && !Line.StartsWith("sentinel set")));

        /// <summary>Of processes that are ready at the same moment, any may come first.</summary>
        public bool IsInAnyOrder => Line.StartsWith("sentinel up", StringComparison.Ordinal);

        /// <summary>What says that something is wrong has failed.</summary>
        public int ExitCode => Printed.StartsWith("Error: ", StringComparison.Ordinal) || Printed.Contains("  FAILED  ", StringComparison.Ordinal) ? 1 : 0;
    }

    // The lines with a prompt, each with what it prints; scripts as a whole; and what stands in tables.
    private static IEnumerable<Use> Uses(string page)
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout, page));
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith('|'))
                foreach (var code in Inline().Matches(lines[i]).Select(match => match.Groups[1].Value))
                    yield return new Use(code, "");
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            var kind = lines[i][3..];
            var block = lines.Skip(i + 1).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).ToList();
            i += block.Count + 1;
            Assert.True(kind == "console" || !block.Exists(line => line.StartsWith(Prompt, StringComparison.Ordinal)), $"{page}: a prompt in a block of '{kind}'");
            if (kind == "sh")
                yield return new Use(string.Join('\n', block), "");
            // A file that the lines after it are about.
            if (block is [['#', ' ', .. var about], ..] && Array.Find(Files, file => about.StartsWith(file, StringComparison.Ordinal)) is { } written)
                yield return new Use($"cat >{written} <<'END'\n{string.Join('\n', block)}\nEND", "");
            for (var j = 0; kind == "console" && j < block.Count; j++)
            {
                if (!Command().IsMatch(block[j]))
                    continue;
                var line = block[j][Prompt.Length..];
                while (line.EndsWith('\\'))
                    line = line[..^1] + block[++j].TrimStart('>', ' ');
                var printed = block.Skip(j + 1).TakeWhile(next => !next.StartsWith(Prompt, StringComparison.Ordinal));
                yield return new Use(line, string.Join('\n', printed));
            }
        }
    }

    private static IEnumerable<string> Uncoded(string page)
    {
        var isCode = false;
        foreach (var line in File.ReadLines(Path.Combine(Checkout, page)))
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode && line != "```md";
            else if (!isCode)
                yield return line;
    }

    // With other figures, and columns as wide as these make them.
    private static string Alike(string text)
    {
        text = Duration().Replace(text, "0s");
        text = Memory().Replace(text, "0 MB");
        text = Number().Replace(text, "0");
        return Fill().Replace(text, run => run.Value[..1]).Trim();
    }

    private static string Sorted(string text) => string.Join('\n', Alike(text).Split('\n').Select(line => line.Trim()).Order(StringComparer.Ordinal));

    private const string Prompt = "$ ";

    // What means something within double quotes.
    [GeneratedRegex(@"[""$`\\]")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\$ ((\./)?sentinel|curl)( |$)")]
    private static partial Regex Command();

    [GeneratedRegex(@"`((?:\./)?sentinel(?: [^`]*)?)`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"(?<![\w-])--[a-z]+(-[a-z]+)*")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"(?:\]\(|src="")([^)\s""]+)[)""]")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoneOfASlug();

    [GeneratedRegex(@"\b(\d+[dhms] ?)+\b")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b[0-9.]+ ?[KMG]B\b")]
    private static partial Regex Memory();

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex("-{2,}| {2,}|\n{2,}")]
    private static partial Regex Fill();
}
