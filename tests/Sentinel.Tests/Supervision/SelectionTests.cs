using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

public sealed class SelectionTests
{
    private static readonly State Known = State.Empty
        .With(Process(1, "web"))
        .With(Process(2, "worker"))
        .With(Process(3, "+1"))
        .With(Process(4, "-2"))
        .With(Process(5, " 1"));

    [Theory]
    [InlineData("web", 1)]
    [InlineData("1", 1)]
    [InlineData("2", 2)]
    [InlineData("02", 2)]
    // These are names, not numbers.
    [InlineData("+1", 3)]
    [InlineData("-2", 4)]
    [InlineData(" 1", 5)]
    public void A_process_is_named_by_its_id_or_its_name(string target, int id) =>
        Assert.Equal(id, Assert.Single(new Selection.Named([target]).In(Known, _ => false).Found).Id);

    [Fact]
    public void A_session_keeps_a_command_to_its_own()
    {
        var state = Known.With(Process(6, "mine", "a")).With(Process(7, "other", "b"));

        Assert.Equal([6], new Selection.All { Session = "a" }.In(state, _ => true).Found.Select(record => record.Id));
        var (found, missing) = new Selection.Named(["mine", "other", "web"]) { Session = "a" }.In(state, _ => true);

        Assert.Equal([6], found.Select(record => record.Id));
        Assert.Equal(
            ["it belongs to the session b, not to a; --session \"\" means all sessions", "it belongs to no session, not to a; --session \"\" means all sessions"],
            missing.OfType<Outcome.Failed>().Select(failure => failure.Why));
    }

    [Theory]
    [InlineData("wbe", "there is no process named 'wbe'; did you mean 'web'?")]
    [InlineData("Web", "there is no process named 'Web'; did you mean 'web'?")]
    [InlineData("database", "there is no process named 'database'; 'sentinel list' shows all processes")]
    [InlineData("7", "there is no process with the id 7")]
    [InlineData("99999999999", "there is no process with the id 99999999999")]
    [InlineData("1 ", "there is no process named '1 '; did you mean ' 1'?")]
    public void What_names_none_is_told_with_what_may_have_been_meant(string target, string why)
    {
        var missing = Assert.Single(new Selection.Named([target]).In(Known, _ => true).Missing);

        Assert.Equal((target, why), (missing.Target, Assert.IsType<Outcome.Failed>(missing).Why));
    }

    [Fact]
    public void A_process_that_is_named_twice_is_meant_once() =>
        Assert.Equal([1, 2], new Selection.Named(["web", "1", "worker", "web"]).In(Known, _ => true).Found.Select(process => process.Id));

    [Fact]
    public void All_are_those_that_the_command_applies_to()
    {
        var (found, missing) = new Selection.All().In(Known, process => process.Id % 2 == 0);

        Assert.Equal([2, 4], found.Select(process => process.Id));
        Assert.Empty(missing);
    }

    internal static ProcessRecord Process(int id, string name, string? session = null) => new()
    {
        Id = id,
        Spec = new ProcessSpec
        {
            Name = name,
            Command = new Command(["server"], "server", Shell: false),
            WorkingDirectory = "/",
            Environment = "key",
            Umask = 18,
            Lease = session is null ? null : new Lease { Session = session },
        },
        Cookie = $"cookie {id}",
        LogName = name,
        State = new RunState.Stopped(Clock.Start),
    };
}
