using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Loop;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

internal static class WaitCommand
{
    private const string Running = "running", Stopped = "stopped", Exited = "exited", Healthy = "healthy", Done = "done", Port = "port";

    /// <summary>The daemon notes an end within milliseconds; after this long it will not.</summary>
    internal static readonly TimeSpan NoteTimeout = TimeSpan.FromSeconds(2);

    // Those conditions of the ones that others can wait for that have no other word here.
    private static readonly string[] OtherWords = [Healthy, Done, Port];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static System.CommandLine.Command Create()
    {
        var process = SharedOptions.Process("Process id or name");
        var what = new Option<string>("--for")
        {
            Description = $"{Running} or ready: it is ready; {Stopped}: it is not running and will not be restarted; {Exited}: its run has ended; healthy; "
                + "done: it has ended with success; port: as --port; file:PATH: a file is there; log:REGEX: it has written a line",
            DefaultValueFactory = _ => Exited,
            HelpName = "state",
            CustomParser = State,
        };
        what.CompletionSources.Add([Running, Stopped, Exited, .. OtherWords]);
        var port = SharedOptions.Flag("--port", "Wait until it listens on each of its ports");
        var timeout = SharedOptions.Seconds("--timeout", "Seconds to wait at most; after that the exit code is 124");
        var owner = SessionOption.Create();
        var json = SharedOptions.Json();
        var command = new System.CommandLine.Command("wait")
        {
            process, what, port, timeout, owner, json,
        };
        command.Check(result =>
        {
            if (result.GetValue(port) && result.GetResult(what) is { Implicit: false })
                result.AddError("--port and --for are two things to wait for; use one of them");
        });
        command.SetAction(result => Invocation.InSession(result, json, session => WaitForEach(
            session, SessionOption.OfLook(result, owner, SharedOptions.Named([result.GetValue(process)!])), result.GetValue(port) || result.GetValue(what) == Port ? null : result.GetValue(what)!, result.GetValue(timeout))));
        return command;
    }

    private static string? State(ArgumentResult result)
    {
        var word = result.Tokens[0].Value;
        // Ready is what most would call it.
        if (word is Running or "ready")
            return Running;
        if (word is Stopped or Exited || OtherWords.Contains(word))
            return word;
        try
        {
            if (Condition.Parse(word) is { Target: not null })
                return word;
        }
        catch (FormatException e) when (word.StartsWith("log:", StringComparison.Ordinal))
        {
            result.AddError($"--for {word}: {e.Message}");
            return word;
        }
        catch (FormatException)
        {
            // Not only the conditions are possible here.
        }

        result.AddError($"--for takes {Running}, {Stopped}, {Exited}, {string.Join(", ", OtherWords)}, file:PATH or log:REGEX, not '{word}'");
        return word;
    }

    // Of a set or a project, one after another; but how it ended, and JSON, are those of one process.
    private static int WaitForEach(Session session, Selection selection, string? what, TimeSpan? timeout)
    {
        var (found, _) = selection.In(session.Store.Read(), _ => true);
        if (found.Count < 2 || what == Exited || session.IsJson)
            return Wait(session, selection, what, timeout);
        var begun = TimeProvider.System.GetTimestamp();
        var code = ExitCode.Success;
        foreach (var record in found)
        {
            var left = timeout - TimeProvider.System.GetElapsedTime(begun);
            var own = Wait(session, Selection.Of([record.Id]), what, left < TimeSpan.Zero ? TimeSpan.Zero : left);
            code = code == ExitCode.Success ? own : code;
        }

        return code;
    }

    // What to wait for; null: the ports.
    private static int Wait(Session session, Selection selection, string? what, TimeSpan? timeout)
    {
        // Before the first look: any change after that ends the wait.
        using var watch = new Inotify();
        if (Directory.Exists(session.Home.Folder))
            watch.Add(session.Home.Folder);
        var (first, missing) = Selecting.One(selection, session.Store.Read());
        if (first is null)
            return session.Fail([missing!]);

        if (what is null)
            return PortWait.Wait(session, first, watch, timeout);
        if (what is not (Running or Stopped or Exited))
            return new ConditionWait(session, first, Condition.Parse(what), watch).Wait(timeout);
        var begun = TimeProvider.System.GetTimestamp();
        var handles = new ProcessHandles(session.Table);
        Exit? seen = null;
        long? handedOverAt = null;
        var isWatched = session.Daemon is not null;
        while (true)
        {
            if (Look(session, first.Id, isWatched) is not { } now)
                return Session.Fail($"{first.Spec.Name} was deleted");
            if (IsReached(what, first, now, seen))
                return Reached(session, what, now, seen);
            if (what == Running && WhyNever(now) is { } never)
            {
                Session.Fail(never);
                ReadyWait.ShowLastLines(session, now);
                return ExitCode.Failure;
            }

            if (Left() is var left && left <= TimeSpan.Zero)
                return Session.Fail($"{first.Spec.Name} is still {now.State.Word} after {timeout!.Value.TotalSeconds:0.###} s", ExitCode.TimedOut);
            if (what != Exited && !isWatched && Due.Restart(session, now, session.Store.Read()) is { } wait)
            {
                watch.Wait(null, left < wait ? left : wait);
                continue;
            }

            if (what == Running && !isWatched && now.State is RunState.Running { IsReady: false })
            {
                using var asking = new Asking(session, id => id == first.Id);
                asking.Await(now, () => IsStarting(session.Store.Read()) ? Left() : TimeSpan.Zero);
                isWatched = session.FindDaemon() is not null;
                continue;
            }

            // If the daemon has ended, nobody asks.
            if (what == Running && isWatched)
            {
                var waited = TimeProvider.System.GetTimestamp();
                watch.Wait(null, left < ReadyWait.SilenceLimit ? left : ReadyWait.SilenceLimit);
                if (TimeProvider.System.GetElapsedTime(waited) >= ReadyWait.SilenceLimit)
                    isWatched = session.FindDaemon() is not null;
                continue;
            }

            using var main = now.State.Main is { } identity ? handles.Open(identity) : null;
            if (now.State.Main is null || main is { HasEnded: false })
                watch.Wait(main, left);
            if (now.State.Main is null || main is { HasEnded: false })
                continue;
            seen = main?.HowEnded().How ?? new Exit.Unknown("it had ended before anyone looked");
            // The daemon is taking note of this now, and knows better.
            var isNoted = false;
            for (var since = TimeProvider.System.GetTimestamp(); isWatched && !isNoted && TimeProvider.System.GetElapsedTime(since) < NoteTimeout;)
            {
                isNoted = session.Store.Read().Processes.GetValueOrDefault(first.Id)?.State != now.State;
                if (!isNoted)
                    watch.Wait(null, NoteTimeout - TimeProvider.System.GetElapsedTime(since));
            }

            isWatched &= isNoted;
            // Another process may take its place; without a daemon there is no file to watch for that.
            if (now.Spec.PidFile is not null && Look(session, first.Id, isWatched) is { State: RunState.Running run } && run.Since == now.State.CurrentRun?.Since
                && TimeProvider.System.GetElapsedTime(handedOverAt ??= TimeProvider.System.GetTimestamp()) < Handover.SuccessorTimeout)
            {
                seen = null;
                if (run.Handover is null)
                    handedOverAt = null;
                else
                    watch.Wait(null, Pause);
            }
        }

        bool IsStarting(State state) => state.Processes.GetValueOrDefault(first.Id)?.State is RunState.Running { IsReady: false };

        TimeSpan? Left() => timeout - TimeProvider.System.GetElapsedTime(begun);
    }

    // Why it will not run unless someone starts it.
    private static string? WhyNever(ProcessRecord now)
    {
        var ended = now.LastRun is { } last ? $"{(last.Why is null ? "" : $"{last.Why}; ")}{(last.How is Exit.Unknown ? "how it ended is not known" : last.How)}" : null;
        var never = now.State switch
        {
            RunState.Failed failed => $"{failed.Why}{(ended is null ? "" : $", the last time: {ended}")}; it was given up",
            RunState.Crashed or RunState.Exited => $"{ended ?? "it has ended"}; it is not restarted",
            RunState.Stopped when now.LeaseOver is { } over => $"its lease is over: {over}",
            RunState.Stopped => $"'sentinel start {now.Spec.Name}' starts it",
            _ => null,
        };
        return never is null ? null : $"{now.Spec.Name} is {now.State.Word}: {never}";
    }

    // While a daemon watches, the recorded state is how things are.
    private static ProcessRecord? Look(Session session, int id, bool isWatched)
    {
        var state = isWatched ? session.Store.Read() : session.Look().State;
        return state.Processes.GetValueOrDefault(id);
    }

    private static bool IsReached(string what, ProcessRecord first, ProcessRecord now, Exit? seen) => what switch
    {
        Running => now.State is RunState.Running { IsReady: true, Handover: null },
        Stopped => now.State is not (RunState.Running or RunState.Starting or RunState.Stopping or RunState.Backoff),
        _ => now.State is not (RunState.Running or RunState.Starting or RunState.Stopping) || now.LastRun != first.LastRun || seen is not null,
    };

    private static int Reached(Session session, string what, ProcessRecord now, Exit? seen)
    {
        var how = now.LastRun?.How is { } noted and not Exit.Unknown ? noted : seen ?? now.LastRun?.How;
        if (session.IsJson)
            session.Print(ProcessLook.Whole(session, Selection.Of([now.Id])).ToJson());
        else
            session.Output.Line(what == Exited && how is not null ? $"{now.Spec.Name} {Describe(how)}" : $"{now.Spec.Name} is {now.State.Word}");
        if (what != Exited)
            return ExitCode.Success;
        return ExitCode.Of(how) ?? how switch
        {
            Exit.Unknown unknown => Session.Fail($"how {now.Spec.Name} ended is not known: {unknown.Why}"),
            Exit.NotStarted failure => Session.Fail($"{now.Spec.Name} {failure}"),
            _ => Session.Fail($"{now.Spec.Name} has never run"),
        };
    }

    private static string Describe(Exit how) => how is Exit.Unknown ? "has ended" : how.ToString()!;
}
