using System.Text;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Command = Sentinel.Model.Specs.Command;

namespace Sentinel.Top;

/// <summary>What a command has done.</summary>
/// <param name="Lines">All that it said.</param>
internal sealed record Deed(bool Succeeded, IReadOnlyList<string> Lines);

/// <summary>
/// Changes what runs, by the commands that people type: so the screen does the same as they do, says the same, and what is begun goes on when
/// the screen is left.
/// </summary>
internal sealed class Deeds
{
    private const int MostOutput = 256 * 1024;

    private readonly string? _folder;
    private readonly Func<EnvironmentBlock, EnvironmentBlock> _environment;
    private readonly Errands _errands;

    /// <param name="folder">Where the screen was started; null: that folder was deleted.</param>
    /// <param name="environment">Makes that of the commands from ours.</param>
    public Deeds(EventLoop loop, ProcessTable table, string? folder, Func<EnvironmentBlock, EnvironmentBlock> environment)
    {
        (_folder, _environment) = (folder, environment);
        _errands = new Errands(loop, new Spawner(table), table);
    }

    /// <param name="folder">Null: where the screen was started.</param>
    /// <param name="done">Told when it has ended.</param>
    public void Run(IReadOnlyList<string> words, string? folder, Action<Deed> done)
    {
        var launch = Launch(folder, Environment.ProcessPath!, words);
        _errands.Begin(launch with { Environment = _environment(launch.Environment) }, deadline: null, result => done(Of(result)), MostOutput);
    }

    /// <summary>Opens a page in the browser of this machine.</summary>
    /// <param name="failed">Told when there is none.</param>
    public void Open(string url, Action failed) => _errands.Begin(Launch(null, "xdg-open", [url]), deadline: null, result =>
    {
        if (result is not ErrandResult.Ended { How: Exit.Code { Value: 0 } })
            failed();
    });

    private Launch Launch(string? folder, string program, IEnumerable<string> words) => new(
        Command.From([program, .. words]), folder ?? _folder ?? "/", Caller.Environment, Caller.Umask, "", "", LogLimits.Default, Cookie: null);

    private static Deed Of(ErrandResult result) => result switch
    {
        ErrandResult.NotStarted { Why: var why } => new Deed(false, [$"Error: {why}"]),
        ErrandResult.Ended { How: var how } => new Deed(
            how is Exit.Code { Value: 0 },
            Encoding.UTF8.GetString(result.Output.Span).TrimEnd() is { Length: > 0 } text ? text.Split('\n') : how is Exit.Code { Value: 0 } ? [] : [$"Error: it ended: {how}"]),
        _ => new Deed(false, ["Error: it did not end in time"]),
    };
}
