using System.Globalization;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Supervision;

/// <summary>
/// Asks processes to end by commands of their own, before anything is sent a signal. Such a command belongs to the tree of its process
/// and writes to its logs; what goes wrong with it is told, and the process is then ended as any other.
/// </summary>
internal sealed class StopCommands(SupervisorTools tools, Launching launching)
{
    private const string MainPid = "MAINPID";

    private readonly HashSet<int> _awaited = [];

    /// <summary>Whether a process is such a command, whose end is still to be learned.</summary>
    public bool IsAwaited(int pid) => _awaited.Contains(pid);

    /// <summary>Begins the commands of all that have one, at the same time.</summary>
    /// <param name="found">As they were before they were to end.</param>
    /// <returns>Those that were asked, for <see cref="Finish"/>.</returns>
    public List<Asked> Begin(IEnumerable<ProcessRecord> found, State state, StopOptions options) =>
        // Who names a signal, or allows no time, wants no command.
        options.Signal is not null || options.Timeout == TimeSpan.Zero ? []
        : [.. found.Where(record => record.Spec.Stop.Command is not null).Select(record => Ask(record, state, options)).OfType<Asked>()];

    /// <summary>Waits until each command has done its work, or its time is up.</summary>
    /// <returns>How the main processes that ended meanwhile did, by the id of the process.</returns>
    public async ValueTask<IReadOnlyDictionary<int, Exit>> Finish(IEnumerable<Asked> begun)
    {
        var ends = new Dictionary<int, Exit>();
        var open = begun.ToList();
        while (open.Count > 0)
        {
            await tools.Handles.WaitAny([.. open.SelectMany(asked => asked.Running)], open.Min(asked => asked.Left(tools.Time)));
            foreach (var asked in open.Where(asked => IsOver(asked)).ToList())
            {
                open.Remove(asked);
                if (asked.Main.HasEnded)
                    ends[asked.Record.Id] = asked.Main.HowEnded().How;
                asked.Main.Dispose();
                asked.Command.Dispose();
                _awaited.Remove(asked.Command.Identity.Pid);
            }
        }

        return ends;
    }

    private Asked? Ask(ProcessRecord record, State state, StopOptions options)
    {
        if (record.State.Main is not { } main || tools.Handles.Open(main) is not { } held)
            return null;
        try
        {
            var launch = launching.LaunchOf(record, state);
            var identity = tools.Spawner.Spawn(launch.Beside(record.Spec.Stop.Command!) with
            {
                Environment = launch.Environment.With(MainPid, main.Pid.ToString(CultureInfo.InvariantCulture)),
            });
            _awaited.Add(identity.Pid);
            if (tools.Handles.Open(identity) is { } command)
                return new Asked(record, held, command, tools.Time.GetTimestamp(), options.Timeout ?? record.Spec.Stop.Timeout);
        }
        catch (Exception e) when (e is SpawnException or Environments.EnvironmentException or IOException or UnauthorizedAccessException)
        {
            Warn(record, $"could not be run: {e.Message}");
        }

        held.Dispose();
        return null;
    }

    // What it says about an end that it did not bring about no longer matters.
    private bool IsOver(Asked asked)
    {
        if (!asked.Command.HasEnded)
            return asked.Left(tools.Time) <= TimeSpan.Zero && Warned(asked, $"has not ended within {Seconds(asked)}");
        if (asked.Main.HasEnded)
            return true;
        asked.How ??= asked.Command.HowEnded().How;
        return asked.How is not (Exit.Code { Value: 0 } or Exit.Unknown) ? Warned(asked, asked.How.ToString()!)
            : asked.Left(tools.Time) <= TimeSpan.Zero && Warned(asked, $"has ended, and {asked.Record.Spec.Name} still runs after {Seconds(asked)}");
    }

    private bool Warned(Asked asked, string what)
    {
        Warn(asked.Record, what);
        return true;
    }

    private void Warn(ProcessRecord record, string what) =>
        tools.Warn($"{record.Spec.Name}: its --stop-command {what}; it is sent {SignalName.Of(record.Spec.Stop.Signal)}");

    private static string Seconds(Asked asked) => string.Create(CultureInfo.InvariantCulture, $"{asked.Timeout.TotalSeconds:0.###} s");

    /// <summary>A process whose command runs, or has run.</summary>
    /// <param name="Begun">When, as a timestamp.</param>
    internal sealed record Asked(ProcessRecord Record, IProcessHandle Main, IProcessHandle Command, long Begun, TimeSpan Timeout)
    {
        /// <summary>How the command ended; null: it has not.</summary>
        public Exit? How { get; set; }

        /// <summary>What may end.</summary>
        public IEnumerable<IProcessHandle> Running => new[] { Command, Main }.Where(handle => !handle.HasEnded);

        public TimeSpan Left(TimeProvider time) => Timeout - time.GetElapsedTime(Begun) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }
}
