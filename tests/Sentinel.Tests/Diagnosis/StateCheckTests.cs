using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Model;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Diagnosis;

public class StateCheckTests
{
    private static readonly State One = State.Empty.With(Sample.Record);

    private static readonly SentinelHome Home = new("/h");

    [Theory]
    [InlineData("missing", "missing", "ok: nothing has been run yet", 0)]
    [InlineData("good", "good", "ok: /h/state.json is sound, and so is its copy: 1 process", 1)]
    [InlineData("good", "missing", "ok: /h/state.json is sound: 1 process", 1)]
    [InlineData("good", "damaged", "degraded: /h/state.json can be read, but its copy is damaged (it is garbage) -> the next command", 1)]
    [InlineData("good", "unreadable", "degraded: /h/state.json can be read, but its copy cannot", 1)]
    [InlineData("damaged", "good", "degraded: /h/state.json is damaged (it is garbage); its copy, from before the last change, is used, with 1 process", 1)]
    [InlineData("missing", "good", "degraded: /h/state.json is missing; its copy", 1)]
    [InlineData("damaged", "missing", "broken: /h/state.json is damaged (it is garbage), and its copy is missing: no command except 'doctor' works -> put an older one in its place, or move /h/state.json away", null)]
    [InlineData("damaged", "damaged", "broken: /h/state.json is damaged (it is garbage), and its copy is damaged", null)]
    [InlineData("missing", "damaged", "broken: /h/state.json is missing, and its copy is damaged (it is garbage): no command except 'doctor' works -> put an older one in its place, or move /h/state.json.bak away", null)]
    [InlineData("newer", "good", "broken: /h/state.json was written by a newer Sentinel (version 9 of the state): no command except 'doctor' works -> upgrade sentinel", null)]
    [InlineData("unreadable", "good", "broken: /h/state.json cannot be read: access is denied", null)]
    [InlineData("python", "missing", "degraded: /h/state.json is the Python tool's, with 1 process, and has not been taken over yet", 1)]
    public void The_state_is_told_by_what_commands_can_do_with_it(string state, string copy, string told, int? processes)
    {
        var files = new StateFilesSight(Home, Sight(state), Sight(copy), []);
        Told.Are([told], StateCheck.Of(files));
        Assert.Equal(processes, files.Usable?.Processes.Count);
    }

    [Fact]
    public void What_was_kept_aside_is_named() => Told.Are(
        ["ok:", "degraded: the state was damaged before; the damaged files are kept as a, b -> rm /h/a /h/b, if nothing is missing"],
        StateCheck.Of(new StateFilesSight(Home, Sight("good"), Sight("good"), ["/h/a", "/h/b"])));

    private static StateSight Sight(string word) => word switch
    {
        "missing" => new StateSight.Missing(),
        "good" => new StateSight.Good(One),
        "python" => new StateSight.Python(One),
        "damaged" => new StateSight.Damaged("it is garbage"),
        "newer" => new StateSight.Newer(9),
        "unreadable" => new StateSight.Unreadable("access is denied"),
        _ => throw new ArgumentException(word),
    };
}
