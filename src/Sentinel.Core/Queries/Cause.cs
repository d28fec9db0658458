using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Queries;

/// <summary>Says in words why a run ended.</summary>
/// <param name="holderOf">Who listens on a port now, as the end of "is taken by"; null: nobody.</param>
/// <param name="wasWatched">Whether a daemon ran, which counts what is killed for lack of memory.</param>
internal sealed partial class Cause(ProcessSpec spec, Func<int, string?> holderOf, bool wasWatched)
{
    // A program that watches files for the user ends with its standard input, and that is at its end from the beginning.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    /// <param name="byUser">Whether the user stopped it, or its lease did.</param>
    /// <param name="lease">Why its lease was over; null: it was not.</param>
    /// <param name="words">What it wrote last.</param>
    public string Of(EndedRun run, bool byUser, string? lease, IReadOnlyList<string> words)
    {
        if (byUser && lease is not null)
            return $"its lease is over: {lease}";
        var how = byUser ? Stopped(run.How) : run.Why is { } why ? $"{why}; {run.How}" : InWords(run);
        return byUser || Hint(run, words) is not { } hint ? how : $"{how}; {hint}";
    }

    private static string Stopped(Exit how) => how switch
    {
        Exit.Signal signal => $"the user stopped it ({SignalName.Of(signal.Number)})",
        Exit.Code { Value: not 0 } code => $"the user stopped it, and it {code}",
        _ => "the user stopped it",
    };

    private string InWords(EndedRun run) => run.How switch
    {
        Exit.Code { Value: 126 } => "exited with code 126: a program could not be executed",
        Exit.Code { Value: 127 } => "exited with code 127: a program was not found",
        Exit.Code { Value: > 128 and < 128 + 65 and var code } => $"exited with code {code}, which stands for {SignalName.Of(code - 128)}",
        Exit.Signal { OutOfMemory: true } => "killed by the kernel (SIGKILL), because memory ran out"
            + (spec.Treatment.Tree.MemoryBytes is { } most ? $": --memory-max={most} was reached" : ""),
        Exit.Signal { Number: SignalName.Kill } when HasUsedUpCpu(run) => $"killed by SIGKILL: {LimitOf("cpu")} was reached",
        Exit.Signal signal => $"{Meaning(signal.Number)}{(signal.CoreDumped ? ", core dumped" : "")}",
        Exit.Unknown unknown => $"ended, how is {unknown}",
        _ => run.How.ToString()!,
    };

    // The kernel kills what has reached the hard limit, and CPU time is no shorter than the time of one that does nothing else.
    private bool HasUsedUpCpu(EndedRun run) =>
        spec.Treatment.Limits.FirstOrDefault(limit => limit.Name == "cpu") is { } limit && (run.EndedAt - run.StartedAt).TotalSeconds >= limit.Hard;

    private string Meaning(int signal) => SignalName.Of(signal) switch
    {
        "SIGSEGV" or "SIGBUS" => $"killed by {SignalName.Of(signal)}: a memory fault in the program",
        "SIGABRT" => "killed by SIGABRT: it aborted itself",
        "SIGILL" => "killed by SIGILL: an instruction that this CPU does not have",
        "SIGFPE" => "killed by SIGFPE: a division by zero, or the like",
        "SIGSYS" => "killed by SIGSYS: a system call that it may not make",
        "SIGPIPE" => "killed by SIGPIPE: it wrote to a pipe that nobody reads",
        "SIGXCPU" => "killed by SIGXCPU: its limit of CPU time (--limit cpu) was reached",
        "SIGXFSZ" => "killed by SIGXFSZ: its limit of the size of a file (--limit fsize) was reached",
        "SIGKILL" when wasWatched => "killed by SIGKILL from outside: neither Sentinel nor the out-of-memory killer sent it",
        "SIGKILL" => "killed by SIGKILL: Sentinel did not send it; somebody else did, or the kernel because memory ran out",
        "SIGTERM" or "SIGINT" or "SIGHUP" or "SIGQUIT" => $"killed by {SignalName.Of(signal)} from outside: Sentinel did not send it",
        var name => $"killed by {name}",
    };

    private string? Hint(EndedRun run, IReadOnlyList<string> words)
    {
        if (words.FirstOrDefault(line => PortTaken().IsMatch(line)) is { } taken)
            return PortIn(taken, words) is not { } port ? "a port or socket that it needs is taken"
                : holderOf(port) is { } holder ? $"port {port} is taken by {holder}"
                : $"port {port} was taken, and is free now";
        if (words.Any(line => NoMemory().IsMatch(line)) && LimitOf("as", "data") is { } memory)
            return $"{memory} was reached";
        if (words.Any(line => line.Contains("Too many open files", StringComparison.OrdinalIgnoreCase)))
            return LimitOf("nofile") is { } files ? $"{files} was reached" : "its limit of open files was reached; --limit nofile=NUMBER raises it";
        if (spec.Input == StandardInput.Null && run is { How: Exit.Code { Value: 0 } } && run.EndedAt - run.StartedAt < AtOnce && Watches().IsMatch(spec.Command.Text))
            return "its standard input is /dev/null, and programs that watch files may end when that is at its end: --stdin open keeps it open";
        return null;
    }

    private string? LimitOf(params string[] names) =>
        spec.Treatment.Limits.FirstOrDefault(limit => names.Contains(limit.Name)) is { } limit ? $"--limit {limit}" : null;

    // The line, then those beside it, then the command.
    private int? PortIn(string line, IReadOnlyList<string> words)
    {
        foreach (var text in words.Where(word => PortTaken().IsMatch(word)).Prepend(line))
            foreach (Match match in PortNumber().Matches(text))
                if (Number(match.Groups[1].Value) is { } port)
                    return port;
        return spec.Command.Text.Split(' ', '=', ':').Select(Number).FirstOrDefault(port => port is { } number && holderOf(number) is not null);
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;

    [GeneratedRegex("EADDRINUSE|address (is )?already in use|port .{0,20}(is )?(already )?(in use|taken|occupied)|only one usage of each socket", RegexOptions.IgnoreCase)]
    private static partial Regex PortTaken();

    [GeneratedRegex(@"(?:[:\]]|\bport[ =:]+|', )(\d{1,5})\b", RegexOptions.IgnoreCase)]
    private static partial Regex PortNumber();

    [GeneratedRegex("MemoryError|Cannot allocate memory|bad_alloc|out of memory|OutOfMemory|ENOMEM", RegexOptions.IgnoreCase)]
    private static partial Regex NoMemory();

    [GeneratedRegex(@"(^|\s)(--watch|watch|-w)(\s|=|$)")]
    private static partial Regex Watches();
}
