using System.Runtime.InteropServices;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Shows the logs of a project until the user interrupts it, or there is nothing more to show; then ends all of it.</summary>
internal sealed class Foreground(Session session, string project)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LastLines = TimeSpan.FromMilliseconds(100);

    private volatile bool _isInterrupted;

    /// <param name="start">Starts the processes, once their logs are followed.</param>
    /// <param name="ids">Those to show.</param>
    /// <param name="exitFrom">The task whose end is that of all, and whose code is ours; null: none.</param>
    /// <returns>The exit code.</returns>
    public int Run(Func<IReadOnlyList<Outcome>> start, IReadOnlyList<int> ids, int? exitFrom)
    {
        var registrations = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            // A second one ends us, and the lease of the processes ends them.
            context.Cancel = !_isInterrupted;
            _isInterrupted = true;
        })).ToList();
        try
        {
            Follow(ids);
            if (start().OfType<Outcome.Failed>().ToList() is { Count: > 0 } failed)
                session.Fail(failed);
            int? code = null;
            while (!_isInterrupted && !IsOver(ids, exitFrom, ref code))
            {
                Thread.Sleep(Pause);
                if (Environment.ProcessId == 1)
                    LookAfterContainer();
            }

            foreach (var outcome in session.Do(new Request.Stop(new Selection.Members(project), StopOptions.Default, WithDependents: true)).Where(outcome => outcome is not Outcome.NotRunning))
                Output.Tell(Text.Printable(Outcomes.Line(outcome)));
            // What was written last is shown a moment later.
            Thread.Sleep(LastLines);
            return code ?? ExitCode.Success;
        }
        finally
        {
            registrations.ForEach(registration => registration.Dispose());
        }
    }

    // The first process of a container gets all orphans, and nobody else would start the daemon again.
    private void LookAfterContainer()
    {
        if (Orphans.Reap(isAwaited: _ => false) && session.FindDaemon() is null)
            DaemonCommand.Ensure(session);
    }

    // On a thread of its own, which ends with us.
    private void Follow(IReadOnlyList<int> ids)
    {
        var found = new ManualResetEventSlim();
        new Thread(() =>
        {
            try
            {
                using var own = new Session(isJson: false);
                var processes = own.Store.Read().Processes;
                var logs = ids.Select(id => processes[id]).SelectMany(record => LogFile.Of(record, own.Home).Select(log => (log, record))).ToList();
                new LogView(own, logs, new LogQuery { Lines = 0, IsFollowing = true }, new LogLook(IsJson: false, IsRaw: false, HasTimes: false, Terminal.IsTerminal)).Show(found.Set);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Output.Tell($"Warning: the logs cannot be shown: {e.Message}");
            }
            finally
            {
                found.Set();
            }
        })
        { IsBackground = true }.Start();
        found.Wait();
    }

    // The code is that of the task or, without one, of the first failure.
    private bool IsOver(IReadOnlyList<int> ids, int? exitFrom, ref int? code)
    {
        var processes = session.Store.Read().Processes;
        var dependencies = new Dependencies(processes.Values);
        if (exitFrom is { } task)
        {
            if (processes.GetValueOrDefault(task) is { State.IsOver: false } record && !dependencies.WaitsInVain(record))
                return false;
            code = ExitCode.Of(processes.GetValueOrDefault(task)?.LastRun?.How) ?? ExitCode.Failure;
            return true;
        }

        var left = ids.Select(id => processes.GetValueOrDefault(id)).OfType<ProcessRecord>().ToList();
        code ??= left.Find(record => record.State is RunState.Crashed or RunState.Failed) is { } failed ? ExitCode.Of(failed.LastRun?.How) ?? ExitCode.Failure : null;
        return left.TrueForAll(record => record.State.IsOver || dependencies.WaitsInVain(record));
    }
}
