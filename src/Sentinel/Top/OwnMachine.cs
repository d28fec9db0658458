using Sentinel.Core.Store;
using Sentinel.Linux.Loop;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Screen;
using Effect = Sentinel.Screen.Effect;

namespace Sentinel.Top;

/// <summary>The processes of this machine.</summary>
internal sealed class OwnMachine : IPlace
{
    private readonly TopTools _tools;
    private readonly Sights _sights;
    private readonly PaneTexts _texts;

    public OwnMachine(EventLoop loop, TopTools tools, PlaceReaders readers)
    {
        _tools = tools;
        _sights = new Sights(loop, tools, readers);
        _texts = new PaneTexts(tools, _sights);
        Logs = new LogWindow(loop, tools, readers.ShowLogs, readers.Tell);
        Deeds = new Deeds(loop, tools.Table, tools.Folder, environment => environment.Without(HostNames.Variable).With("SENTINEL_HOME", tools.Home.Folder));
    }

    public string Name => _tools.Place;

    public IReadOnlyList<HostName> Hosts => [];

    public ILogWindow Logs { get; }

    public Deeds Deeds { get; }

    public void Begin() => _sights.Begin();

    public void Refresh() => _sights.Refresh();

    public void Load(Pane pane, int columns, Action<IReadOnlyList<string>> told) => _texts.Load(pane, columns, told);

    public Prompt.Question? QuestionBefore(Effect.Stop stop)
    {
        var state = _tools.Store.Read();
        var records = stop.Names.Select(state.HolderOf).OfType<ProcessRecord>().ToList();
        var others = new Dependencies(state.Processes.Values).DependentsOf(records).Where(other => other.State.IsUnderWay).Select(other => other.Spec.Name).ToList();
        if (others.Count == 0)
            return stop.AnyQuestion;
        var what = stop.Names.Count == 1 ? stop.Names[0] : $"{stop.Names.Count} processes";
        var needed = $"{what}: needed by {string.Join(", ", others.Take(5))}{(others.Count > 5 ? $" and {others.Count - 5} more" : "")}";
        return stop.Question is { } question
            ? new Prompt.Question([needed, question], [new Prompt.Choice('y', "yes; the others go on", stop.By)])
            : new Prompt.Question(
                [needed],
                [
                    new Prompt.Choice('y', $"stop {what} alone; the others go on", stop.By),
                    new Prompt.Choice('d', "stop the others first, too", stop.By with { Words = [.. stop.By.Words, "--with-dependents"] }),
                ]);
    }

    public (string Folder, IReadOnlyList<string> Words)? ProjectOf(string? name)
    {
        if (name is not null && _tools.Store.Read().Groups.GetValueOrDefault(name)?.Project is { } mark)
            return (mark.Folder, ["--file", Path.Combine(mark.Folder, mark.File)]);
        return name is null && _tools.ProjectFile is { } file ? (Path.GetDirectoryName(file)!, ["--file", file]) : null;
    }

    public void Dispose() => Logs.Close();
}
