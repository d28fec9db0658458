using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Core.Store;
using Sentinel.Linux.Loop;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Shows what is added to logs, and what happens to their processes, until all of these are deleted.</summary>
internal sealed class LogFollow(Session session, LogWriter writer, LogQuery query, LogLook look)
{
    private readonly Dictionary<LogFile, (LogView.Part Part, LineAssembler Lines)> _logs = [];
    private readonly HashSet<int> _left = [], _ranBefore = [];

    /// <param name="parts">What has been shown; closed at the end.</param>
    /// <param name="number">That of the last event that is known.</param>
    public void Follow(IReadOnlyList<LogView.Part> parts, long number)
    {
        foreach (var part in parts)
        {
            _logs.Add(part.Log, (part, new LineAssembler()));
            _left.Add(part.Process.Id);
            if (part.Process.LastRun is not null)
                _ranBefore.Add(part.Process.Id);
        }

        using var watch = new Inotify();
        // The state is replaced by another file.
        watch.Add(session.Home.Folder);
        var reader = new EventReader(session.Store);
        var follower = new LogFollower(watch, Write, log => LogsCommand.WarnOfMoved(
            session, session.Store.Read().Processes.Values.Where(process => process.Id == _logs[log].Part.Process.Id)));
        follower.Follow(parts.Select(part => (part.Log, part.History, part.End)), ends =>
        {
            // In this order: what was written before these ends, and how that run ended, is seen by now.
            var state = session.Store.Read();
            if (state.LastEvent > number)
                foreach (var notice in reader.AllAfter(number))
                {
                    number = notice.UpTo;
                    if (notice is Notice.Happened { Event: Event.OfProcess happened } && _left.Contains(happened.Id))
                        Tell(happened, follower!);
                }

            // It may be too long ago to be told.
            foreach (var id in _left.Except(state.Processes.Keys).ToList())
                Finish(id, follower!);
            foreach (var (log, end) in ends)
                // Of what is just being started, it is told first that it was.
                if (_logs[log].Part.Process.Id is var id && _left.Contains(id) && state.Processes[id].State is not RunState.Starting)
                    follower!.Advance(log, end);
            return _left.Count > 0;
        });
        foreach (var (log, (part, lines)) in _logs)
            if (lines.Unfinished is { } line)
                Show(log, part.Excerpt.Next(line));
        session.Output.Flush();
    }

    private void Write(LogFile log, long position, ReadOnlyMemory<byte> bytes)
    {
        if (writer.TakesBytes && query.Pattern is null)
            writer.Write(log, bytes);
        else
            foreach (var line in _logs[log].Lines.Add(position, bytes))
                Show(log, _logs[log].Part.Excerpt.Next(line));
        session.Output.Flush();
    }

    private void Show(LogFile log, IEnumerable<LogLine?> lines)
    {
        foreach (var line in lines)
            if (line is { } shown)
                writer.Line(log, shown, DateTimeOffset.UtcNow);
            else
                writer.Gap(log);
    }

    private void Tell(Event.OfProcess happened, LogFollower follower)
    {
        // It stands after all that the run wrote.
        if (happened is Event.Deleted)
            Finish(happened.Id, follower);
        else if (happened is Event.Ended ended)
            foreach (var log in LogsOf(happened.Id))
                if (ended.Logs.Of(log.Stream) is { } end)
                    follower.Advance(log, end);
        if (happened is Event.Started or Event.Ended or Event.HandedOver or Event.Stopped or Event.GaveUp or Event.LeaseOver or Event.Deleted)
            Note(LogsOf(happened.Id).First(), happened, _ranBefore.Contains(happened.Id));
        if (happened is Event.Started or Event.Ended)
            _ranBefore.Add(happened.Id);
    }

    // From now on, another process may have these logs.
    private void Finish(int id, LogFollower follower)
    {
        foreach (var log in LogsOf(id))
            follower.Advance(log, long.MaxValue);
        _left.Remove(id);
    }

    private IEnumerable<LogFile> LogsOf(int id) => _logs.Keys.Where(log => _logs[log].Part.Process.Id == id);

    // Standard output has only what was written, for programs.
    private void Note(LogFile log, Event.OfProcess happened, bool isAgain)
    {
        if (writer.TakesMarks)
            writer.Mark(log, happened, isAgain, isNow: true);
        session.Output.Flush();
        if (!writer.TakesMarks && look is { IsJson: false, IsRaw: false })
            Output.Tell($"--- {Events.Note(happened, isAgain)}");
    }
}
