using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Wiring;

namespace Sentinel.Commands;

/// <summary>What one invocation works with: the parts, wired together, and where to write.</summary>
internal sealed class Session : IDisposable
{
    // A daemon that keeps hanging up is not worth asking.
    private const int MostAttempts = 5;

    private readonly List<string> _warnings = [];
    private readonly Lazy<DaemonClient?> _daemon;

    /// <exception cref="UnauthorizedAccessException">Sentinel's folder is another user's.</exception>
    public Session(bool isJson)
        : this(isJson, new SentinelHome(FindHome()))
    {
        if (HomeFiles.WhyNotHome(Home.Folder, isToWrite: false) is { } why)
            throw new UnauthorizedAccessException(why);
    }

    private Session(bool isJson, SentinelHome home)
    {
        IsJson = isJson;
        Home = home;
        Table = new ProcessTable();
        OpenLogs = new OpenLogs(home, Table);
        _daemon = new Lazy<DaemonClient?>(FindDaemon);
        Store = Parts.Store(Home, Table, Warn, () => FindDaemon() is not null);
        Observer = Parts.Observer(Store, Table, new ReadyWaits(this), Examine, isWatched: () => Daemon is not null);
    }

    /// <summary>For reporting what is wrong with the folder.</summary>
    public static Session OfAnyHome(bool isJson) => new(isJson, new SentinelHome(FindHome()));

    public bool IsJson { get; }

    /// <summary>The command that is carried out.</summary>
    public string Verb { get; init; } = "";

    public SentinelHome Home { get; }

    public ProcessTable Table { get; }

    public OpenLogs OpenLogs { get; }

    public StateStore Store { get; }

    /// <summary>The daemon, if one is running; looked for at the first use.</summary>
    public DaemonClient? Daemon => _daemon.Value;

    public Observer Observer { get; }

    public Output Output { get; } = new(StandardStream.Output);

    public Style Style => field ??= Style.Detect();

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The state as it is at this moment.</summary>
    public Sight Look() => Observer.Look();

    /// <summary>What a daemon says or, where none answers at once, what can be said from here. Its warnings are given.</summary>
    public TAnswer Ask<TAnswer>(Query query)
        where TAnswer : Answer
    {
        // Nothing is left to await: here, whatever takes time blocks.
        var answer = AskIfThere<TAnswer>(query) ?? (TAnswer)Observer.Ask(query).AsTask().GetAwaiter().GetResult();
        foreach (var warning in answer.Warnings)
            Warn(warning);
        return answer;
    }

    /// <summary>What a daemon says, for a command that can also look itself; null if none answers at once.</summary>
    public TAnswer? AskIfThere<TAnswer>(Query query)
        where TAnswer : Answer
    {
        // Cheap, and without a daemon there is mostly no socket.
        if (!Path.Exists(Home.Socket))
            return null;
        // It is not to count for the tree that it may be part of. Where processes cannot be told apart, looking fails and says why.
        if (ProcessTable.WhyBlind() is not null || Table.Look(Environment.ProcessId) is not { } self)
            return null;
        return DaemonClient.AskIfThere(Home, query with { Asker = Table.IdentityOf(self) }) as TAnswer;
    }

    /// <summary>Carries out a request: by the daemon if one is running, else here.</summary>
    public IReadOnlyList<Outcome> Do(Request request)
    {
        if (ProcessTable.WhyBlind() is { } why)
            throw new IOException(why);
        var attempts = 0;
        for (var daemon = Daemon; ; daemon = FindDaemon())
        {
            var saved = Store.Saves;
            try
            {
                ISupervisor supervisor = daemon is null ? Supervisor : daemon;
                // Nothing is left to await: here, whatever takes time blocks.
                var outcomes = supervisor.Do(request).AsTask().GetAwaiter().GetResult();
                // A command that only looks, and restarts what is due, writes nothing else.
                if (daemon is null && request is not Request.RestartDue)
                {
                    TendLogs();
                    Supervisor.CloseSockets();
                }

                return outcomes;
            }
            catch (LockKeptException) when (Store.Saves == saved || request.IsRepeatable)
            {
                // A daemon has started since we looked, or while we waited. What was done already is found done.
            }
            catch (LockKeptException) when (request is Request.Restart { Way: RestartWay.Together })
            {
                return RestartByDaemon.Await(this, ((Request.Restart)request).Selection);
            }
            catch (LockKeptException)
            {
                throw new DaemonException(
                    "a daemon started while this was being done, and continues from the recorded state; nothing is done twice: "
                    + "'sentinel list' shows the result");
            }
            catch (DaemonGoneException) when (++attempts < MostAttempts)
            {
                // It has ended since we looked, or hung up, and has not begun the request.
            }
        }
    }

    /// <summary>Does the work here when there is no daemon.</summary>
    public Supervisor Supervisor => field ??= Parts.Supervisor(
        Store,
        Table,
        new Spawner(Table),
        new ProcessHandles(Table),
        Warn,
        new LogTools(new LogFiles(), log => LogCompressions.Begin(log, Warn)),
        new ReadyWaits(this));

    /// <summary>A log with its backups.</summary>
    public static LogHistory OpenLog(string path) => new(path, new LogFiles());

    /// <summary>A log with its backups; null, and a warning, when it cannot be read.</summary>
    public LogHistory? TryOpenLog(string path)
    {
        try
        {
            return OpenLog(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(e.Message);
            return null;
        }
    }

    /// <summary>The events.</summary>
    public LogHistory OpenEvents() => OpenLog(Home.Events);

    public void Warn(string warning)
    {
        _warnings.Add(warning);
        Output.Tell($"Warning: {warning}");
    }

    public void Print(byte[] document) => Output.Document(document);

    /// <summary>Wraps a line at the width of the terminal; the parts after the first are indented by so many columns.</summary>
    public void Prose(string line, int indent)
    {
        foreach (var part in Text.Wrap(line, Style.Width, indent))
            Output.Line(part);
    }

    /// <summary>Reports each outcome; failures go to standard error.</summary>
    /// <param name="summary">For bulk commands: the last line, given how many succeeded.</param>
    public int Report(IReadOnlyList<Outcome> outcomes, Func<int, string>? summary = null)
    {
        if (IsJson)
            Print(Documents.Of(outcomes, _warnings));
        else
            foreach (var outcome in outcomes.Where(outcome => outcome is not Outcome.Failed))
                Prose(Text.Printable(Outcomes.Line(outcome)), indent: 2);

        var failed = outcomes.OfType<Outcome.Failed>().ToList();
        // If all failed, that is said below.
        if (!IsJson && summary is not null && (outcomes.Count > failed.Count || failed.Count == 0))
            Output.Line(summary(outcomes.Count(outcome => outcome is not (Outcome.Failed or Outcome.AlreadyRunning))) + (failed.Count > 0 ? $", {failed.Count} failed" : ""));
        return Fail(failed);
    }

    /// <summary>Reports what failed, if anything did, after all that succeeded.</summary>
    public int Fail(IReadOnlyCollection<Outcome> failed)
    {
        Output.Flush();
        foreach (var failure in failed)
        {
            Fail(Outcomes.Line(failure));
            if (failure is Outcome.Failed { Code: FailureCode.NotFound, Process: null } && Habits.AdviceOn(Verb, failure.Target) is { } advice)
                Output.Tell(advice);
        }

        return failed.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    public static int Fail(string why, int exitCode = ExitCode.Failure)
    {
        Output.Tell($"Error: {why}");
        return exitCode;
    }

    public void Dispose() => Output.Dispose();

    /// <summary>Looks again: a daemon may have started, or ended.</summary>
    public DaemonClient? FindDaemon() => DaemonClient.Find(Home, Warn);

    private ValueTask<IReadOnlyList<Finding>> Examine() => ValueTask.FromResult<IReadOnlyList<Finding>>(DoctorCommand.Examine(this));

    // What a daemon does as soon as it is due.
    private void TendLogs()
    {
        Supervisor.RotateLargeLogs();
        // Unless the file system is known to need no readers, any process may have one.
        var mayAll = Directory.Exists(Home.Logs) && new LogFiles().KnownOf(Home.Logs) is null;
        LogReaders.Mend(Store.Read().Processes.Values.Where(process => mayAll || process.Spec.LogPipe), Home, Table, Warn);
    }

    private static string FindHome()
    {
        // The runtime has replaced what is not text: that would be another folder.
        foreach (var variable in Environment.GetEnvironmentVariable("SENTINEL_HOME") is { Length: > 0 } ? ["SENTINEL_HOME"] : new[] { "HOME" })
            if (Environment.GetEnvironmentVariable(variable)?.Contains('\ufffd') == true && Caller.Environment[variable] is { } exact && !NativeText.IsText(exact))
                throw new StateException($"{variable} is {exact}, which is not UTF-8; set SENTINEL_HOME to a folder whose name is");
        if (Environment.GetEnvironmentVariable("SENTINEL_HOME") is { Length: > 0 } home)
            return Path.IsPathRooted(home) ? Path.GetFullPath(home) : Path.GetFullPath(home, Caller.RealFolder);
        // Without HOME the user database decides. If it says nothing, the runtime falls back on the root folder.
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var isKnown = user.Length > 1 || Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } && user.Length > 0;
        return isKnown
            ? Path.Combine(user, ".sentinel")
            : throw new StateException("there is no home folder to keep anything in; set HOME or SENTINEL_HOME");
    }
}
