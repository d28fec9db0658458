using System.Net;
using Sentinel.Core.Checks;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Tests.Trees;
using PolicySample = Sentinel.Tests.Policy.Sample;

namespace Sentinel.Tests.Checks;

/// <summary>Whose answer it is, on machines that the tests make up.</summary>
public sealed class AnswerersTests
{
    private static readonly IPEndPoint Address = new(IPAddress.Loopback, 8080);

    private readonly Machine _machine = new();
    private readonly MadeUpSockets _sockets = new();
    private readonly Answerers.Of _answers;
    private readonly Machine.MadeUp _main;
    private readonly ProcessRecord _record;

    public AnswerersTests()
    {
        _main = _machine.Add("cookie");
        _record = PolicySample.Record with { State = new RunState.Running(_machine.Clock.GetUtcNow(), _main.Identity) };
        _answers = new Answerers(_sockets, _machine, () => State.Empty, _machine.Clock).ForOne();
        _sockets.Listening[Address] = [1];
    }

    [Fact]
    public void Its_own_answer_counts_and_whoever_answers_as_ever_is_not_looked_for_again()
    {
        _sockets.Open(_main.Pid, 1);
        Assert.Null(WhyNot());
        var looks = _sockets.Looks;

        for (var i = 0; i < 100; i++)
            Assert.Null(WhyNot());

        Assert.Equal(looks, _sockets.Looks);
    }

    [Fact]
    public void What_it_started_answers_for_it()
    {
        _sockets.Open(_machine.Add("cookie", parent: _main.Pid, session: _main.Pid).Pid, 1);
        Assert.Null(WhyNot());
    }

    [Fact]
    public void A_strangers_answer_does_not_count_and_says_whose_it_is()
    {
        var stranger = _machine.Add();
        _sockets.Open(stranger.Pid, 1);
        Assert.Equal($"127.0.0.1:8080 is answered by python3 (pid {stranger.Pid}), which is not part of web", WhyNot());
    }

    [Fact]
    public void A_stranger_who_takes_over_is_seen_and_so_is_its_end()
    {
        _sockets.Open(_main.Pid, 1);
        Assert.Null(WhyNot());

        _sockets.Close(_main.Pid, 1);
        _sockets.Listening[Address] = [2];
        _sockets.Open(_machine.Add().Pid, 2);
        Assert.NotNull(WhyNot());
        Assert.NotNull(WhyNot());

        _sockets.Listening[Address] = [3];
        _sockets.Open(_main.Pid, 3);
        Assert.Null(WhyNot());
    }

    [Fact]
    public void Who_shares_an_address_with_a_stranger_answers_there_too()
    {
        _sockets.Listening[Address] = [1, 2];
        _sockets.Open(_machine.Add().Pid, 1);
        _sockets.Open(_main.Pid, 2);
        Assert.Null(WhyNot());
    }

    [Fact]
    public void Who_has_its_socket_from_a_stranger_answers()
    {
        _sockets.Open(_machine.Add().Pid, 1);
        _sockets.Open(_main.Pid, 1);
        Assert.Null(WhyNot());
    }

    [Fact]
    public void Where_nobody_can_tell_an_answer_counts()
    {
        Assert.Null(WhyNot());
        _sockets.Listening.Clear();
        Assert.Null(WhyNot());
        _sockets.Listening[Address] = [1];
        _sockets.Open(_machine.Add().Pid, 1);
        _sockets.Hidden.Add(_main.Pid);
        Assert.Null(WhyNot());
    }

    private string? WhyNot() => _answers.WhyNot(_record, Address);
}
