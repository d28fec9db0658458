namespace Sentinel.EndToEnd;

public class CompletionTests
{
    private static readonly string[] Names = ["web", "my process", "a:b", "it's"];

    private static readonly string Folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "completions"));

    [Theory]
    [InlineData("sentinel sta", "start", "startall", "startup", "status")]
    [InlineData("sentinel stop --fo", "--force")]
    [InlineData("sentinel stop ", "a:b", @"it\'s", @"my\ process", "web")]
    [InlineData("sentinel stop my", @"my\ process")]
    [InlineData(@"sentinel stop my\ pro", @"my\ process")]
    [InlineData("sentinel stop a", "a:b")]
    // What bash takes for words of their own, it keeps.
    [InlineData("sentinel stop a:", "b")]
    [InlineData("sentinel logs web --stream s", "stderr", "stdout")]
    [InlineData("sentinel run --restart=", "--restart=always", "--restart=no", "--restart=on-failure")]
    [InlineData("sentinel run --restart", "--restart", "--restart-delay", "--restart-window")]
    [InlineData("sentinel run --group=sh", "--group=shop")]
    [InlineData("sentinel run --group sh", "shop")]
    [InlineData("sentinel run --session b", "build-42")]
    [InlineData("sentinel gc --session b", "build-42")]
    [InlineData("sentinel run --user roo", "root")]
    [InlineData("sentinel run --stop-signal HU", "HUP")]
    [InlineData("sentinel stop --signal HU", "HUP")]
    [InlineData("sentinel signal web HU", "HUP")]
    [InlineData("sentinel run no-such-prog")]
    [InlineData("sentinel stop 'my")]
    [InlineData("sentinel stop ünknown")]
    public async Task Bash_is_offered_what_may_follow(string line, params string[] candidates)
    {
        Needs.Program("bash");
        await using var home = new SentinelHome();
        await StartProcesses(home);
        const string complete = """
            source "$1/sentinel.bash"
            read -ra COMP_WORDS <<<"$2"
            COMP_LINE=$2 COMP_POINT=${#2} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _sentinel
            printf '%s\n' "${COMPREPLY[@]}"
            """;

        var offered = (await home.Run(Shell(home, "bash", "-c", complete, "bash", Folder, line))).Ok();

        Assert.Equal(candidates.Order(StringComparer.Ordinal), offered.Lines.Order(StringComparer.Ordinal));
        Assert.Empty(offered.Stderr);
    }

    [Theory]
    [InlineData("sentinel stopa", "stopall\tStop all processes\n")]
    [InlineData("sentinel stop --forc", "--force\tSend SIGKILL at once\n")]
    [InlineData("sentinel stop we", "web\n")]
    [InlineData("sentinel run stt", "stty\n")]
    public async Task What_may_follow_is_described(string line, string answer)
    {
        await using var home = new SentinelHome();
        await StartProcesses(home);
        Assert.Equal(answer, (await home.Run($"[describe:{line.Length}]", line)).Ok().Stdout);
    }

    [Theory]
    [InlineData("sentinel sta", "start", "startall", "startup", "status")]
    [InlineData("sentinel stop --fo", "--force")]
    [InlineData("sentinel stop my", "my process")]
    [InlineData(@"sentinel stop my\ pro", "my process")]
    [InlineData("sentinel stop a:", "a:b")]
    [InlineData("sentinel stop i", "it's")]
    public async Task Fish_is_offered_what_may_follow(string line, params string[] candidates)
    {
        Needs.Program("fish");
        await using var home = new SentinelHome();
        await StartProcesses(home);

        var offered = (await home.Run(Shell(home, "fish", "--no-config", "-c", "source $argv[1]/sentinel.fish; complete -C $argv[2]", Folder, line))).Ok();

        // A description may follow.
        Assert.Equal(candidates, offered.Lines.Select(candidate => candidate.Split('\t')[0]));
        Assert.Empty(offered.Stderr);
    }

    [Theory]
    [InlineData("bash", "sentinel stopa", "stopall")]
    [InlineData("bash", "sentinel stop --fo", "stop", "--force")]
    [InlineData("bash", "sentinel stop my", "stop", "my process")]
    [InlineData("bash", @"sentinel stop my\ p", "stop", "my process")]
    [InlineData("bash", "sentinel stop a", "stop", "a:b")]
    [InlineData("bash", "sentinel stop a:", "stop", "a:b")]
    [InlineData("bash", "sentinel stop it", "stop", "it's")]
    [InlineData("zsh", "sentinel stopa", "stopall")]
    [InlineData("zsh", "sentinel stop --fo", "stop", "--force")]
    [InlineData("zsh", "sentinel stop my", "stop", "my process")]
    [InlineData("zsh", @"sentinel stop my\ p", "stop", "my process")]
    [InlineData("zsh", "sentinel stop a", "stop", "a:b")]
    [InlineData("zsh", "sentinel stop a:", "stop", "a:b")]
    [InlineData("zsh", "sentinel stop it", "stop", "it's")]
    public async Task Tab_completes_what_was_typed(string shell, string typed, params string[] words)
    {
        Needs.Program(shell);
        Terminal.Need();
        await using var home = new SentinelHome();
        await StartProcesses(home);
        var (startUp, call) = shell switch
        {
            "bash" => ($"PS1='ready> '; source {Folder}/sentinel.bash", "bash --noprofile --rcfile start-up -i"),
            _ => ($"PS1='ready> '; fpath=({Folder} $fpath); autoload -Uz compinit; compinit -D -u", "ZDOTDIR=$PWD zsh --no-globalrcs -i"),
        };
        File.WriteAllText(Path.Combine(home.Work, shell == "bash" ? "start-up" : ".zshrc"), startUp + "\n");
        using var terminal = home.Begin(Shell(home, "script", "-qec", call, "/dev/null"));
        await terminal.Prints("ready> ");

        // Then, at the beginning of the line, what shows the words.
        terminal.Type($"{typed}\t\u0001printf '[%s]' \n");

        await terminal.Prints($"[sentinel]{string.Concat(words.Select(word => $"[{word}]"))}");
    }

    private static async Task StartProcesses(SentinelHome home)
    {
        var bin = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "sentinel"), SentinelHome.Binary);
        foreach (var name in Names)
            await home.Start(new Call("run", "--name", name, "--group", "shop", "--session", "build-42", "--", "sleep", "1000"));
    }

    private static Call Shell(SentinelHome home, string shell, params string[] arguments) => new(arguments)
    {
        Program = shell,
        Environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{home.Root}/bin:{Environment.GetEnvironmentVariable("PATH")}",
            ["TERM"] = "xterm-256color",
        },
    };
}
