using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>
/// The words that people bring from other tools. What stands for one of our commands is read as that command; to what Sentinel has
/// under another roof, or does not need, one line answers.
/// </summary>
internal static class Habits
{
    /// <summary>A command line in our own words. A word that is a command of ours stays what it is.</summary>
    public static string[] Translate(string[] arguments) => arguments switch
    {
        [var directive, var line] when Completion.IsAsked(arguments) => TranslateUnfinished(directive, line),
        ["--json", var verb, .. var rest] => Translate([verb, "--json", .. rest]),
        [HostOption.Name, var hosts, var verb, .. var rest] => Translate([verb, HostOption.Name, hosts, .. rest]),
        [var hosts, var verb, .. var rest] when hosts.StartsWith($"{HostOption.Name}=", StringComparison.Ordinal) => Translate([verb, hosts, .. rest]),
        ["help"] => ["--help"],
        ["help", var word, .. var rest] => [.. WordsFor(word) ?? [word], .. rest, "--help"],
        ["run"] => ["run", "--help"],
        ["version" or "-v" or "-V"] => ["--version"],
        ["kill", .. var rest] when Signalled(rest) is { } ours => ours,
        ["kill"] => arguments,
        [var word, .. var rest] when WordsFor(word) is { } ours => [.. ours, .. rest],
        _ => arguments,
    };

    /// <summary>What to do about a word that is no command; null if nobody would type it.</summary>
    public static string? AnswerTo(string word) => word switch
    {
        "save" or "dump" or "reread" or "daemon-reload" => "it is not needed: every change is kept as it is made",
        "kill" => "'sentinel kill NAME' stops it by SIGKILL; 'sentinel signal NAME HUP' sends another signal",
        "sendSignal" => "'sentinel signal NAME HUP' sends a signal",
        "resurrect" => "'sentinel startall' starts all processes that are not running",
        "shutdown" => "'sentinel stopall' stops all processes, 'sentinel daemon stop' the daemon",
        "create" or "exec" => "'sentinel run COMMAND' starts a process; 'sentinel env NAME' shows the environment of one",
        "update" or "edit" => "'sentinel set NAME' changes a process, and 'sentinel status NAME' shows it",
        "ecosystem" => "'sentinel init' writes a file for a project; 'sentinel run COMMAND' starts a process without one",
        "enable" or "disable" or "unstartup" => "'sentinel startup --help' shows how to start the daemon at boot",
        "cat" or "pid" => "'sentinel status NAME' shows it",
        "is-active" => "'sentinel wait NAME --for running --timeout 0' tells by its exit code",
        "is-enabled" => "'sentinel doctor' tells what starts at boot",
        "journalctl" or "fg" => "'sentinel logs NAME --follow' shows what a process writes",
        _ => null,
    };

    /// <summary>What a command would do to what it was told to act on, where no process has that name; null if nothing was likely meant.</summary>
    public static string? AdviceOn(string verb, string target) => (verb, target) switch
    {
        ("start", "all") => "To start all processes: sentinel startall",
        ("stop", "all") => "To stop all processes: sentinel stopall",
        ("restart", "all") => "To restart all processes: sentinel restartall",
        ("delete", "all") => "To stop and delete all processes: sentinel stopall && sentinel clean",
        ("logs", "all") => "To show the logs of all processes: sentinel logs",
        ("status" or "why", "all") => "To list all processes: sentinel list",
        ("start" or "restart", _) when IsFileOfAnotherTool(target) => "Sentinel does not read that file: 'sentinel run' starts each of its programs",
        ("start" or "restart", _) when RunLineFor(target) is { } line => $"To run it: {line}",
        _ => null,
    };

    private static string[]? WordsFor(string word) => word switch
    {
        "jlist" => ["list", "--json"],
        "monit" => ["top"],
        "watch" => ["list", "--watch"],
        "rm" or "remove" or "del" => ["delete"],
        "describe" or "show" or "info" or "inspect" => ["status"],
        "log" or "tail" => ["logs"],
        "flush" => ["logs", "--clear"],
        "kill" => ["stop", "--force"],
        "reload" => ["restart", "--rolling"],
        _ => null,
    };

    // As kill(1) takes one, and docker: -HUP, -s HUP, --signal=HUP. Null: none is named.
    private static string[]? Signalled(string[] rest)
    {
        if (Array.FindIndex(rest, word => word is "-s" or "--signal") is >= 0 and var at && at + 1 < rest.Length)
            return ["signal", .. rest[..at], .. rest[(at + 2)..], rest[at + 1]];
        if (Array.FindIndex(rest, word => word.StartsWith("--signal=", StringComparison.Ordinal)) is >= 0 and var given)
            return ["signal", .. rest[..given], .. rest[(given + 1)..], rest[given]["--signal=".Length..]];
        return rest is [['-', not '-', ..] and var first, .. var names] ? ["signal", .. names, first[1..]] : null;
    }

    // Files that one runs by a program, and command lines.
    private static string? RunLineFor(string target)
    {
        var program = Path.GetExtension(target) switch
        {
            ".js" or ".mjs" or ".cjs" => "node",
            ".ts" => "npx tsx",
            ".py" => "python3",
            ".rb" => "ruby",
            ".php" => "php",
            ".pl" => "perl",
            ".sh" => "sh",
            ".jar" => "java -jar",
            _ => null,
        };
        return target.Contains(' ') ? $"sentinel run {ShellWords.Quote(target)}"
            : program is not null ? $"sentinel run --name {ShellWords.Quote(Path.GetFileNameWithoutExtension(target))} -- {program} {ShellWords.Quote(target)}"
            : target.Contains('/') ? $"sentinel run -- {ShellWords.Quote(target)}"
            : null;
    }

    private static bool IsFileOfAnotherTool(string target) =>
        Path.GetFileName(target) is "Procfile" or "supervisord.conf" or ['e', 'c', 'o', 's', 'y', 's', 't', 'e', 'm', '.', ..]
        || Path.GetFileName(target) is not (ProjectFile.Name or ProjectFile.JsonName) && Path.GetExtension(target) is ".yml" or ".yaml" or ".toml" or ".json" or ".conf";

    // What a shell asks about: "[suggest:9]" "sentinel rm", where 9 is the place of the cursor.
    private static string[] TranslateUnfinished(string directive, string line)
    {
        if (line.Split(' ', 3) is not [var program, var word, var rest] || WordsFor(word) is not { } words || Completion.PlaceIn(directive) is not { } at)
            return [directive, line];
        var ours = string.Join(' ', words);
        return [$"{directive[..(directive.IndexOf(':') + 1)]}{at + ours.Length - word.Length}]", $"{program} {ours} {rest}"];
    }
}
