using System.Net;
using Sentinel.Core.Host;
using Sentinel.Core.Specs;

namespace Sentinel.Tests.Checks;

/// <summary>Probes that a test answers.</summary>
internal sealed class MadeUpProbes : IProbes
{
    private readonly List<Question> _open = [];
    private readonly Dictionary<string, Action<string>> _ears = [];

    public List<Probe> Asked { get; } = [];

    public int Open => _open.Count;

    public IEnumerable<string> Addresses => _ears.Keys;

    /// <summary>Answers the one question that is open.</summary>
    /// <param name="why">What is wrong; null: nothing.</param>
    public void Answer(string? why)
    {
        var question = Assert.Single(_open);
        _open.Clear();
        question.Then(why);
    }

    /// <summary>Gives a good answer from an address.</summary>
    public void AnswerFrom(IPEndPoint address)
    {
        var question = Assert.Single(_open);
        _open.Clear();
        question.Then(question.Judge(address));
    }

    public void Say(string address, string message) => _ears[address](message);

    public IDisposable Ask(Probe probe, Launch launch, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then)
    {
        Asked.Add(probe);
        var question = new Question(judge, then);
        _open.Add(question);
        return new Over(() => _open.Remove(question));
    }

    public IDisposable Listen(string address, uint? user, Action<string> told)
    {
        _ears.Add(address, told);
        return new Over(() => _ears.Remove(address));
    }

    private sealed record Question(Func<IPEndPoint, string?> Judge, Action<string?> Then);

    private sealed class Over(Action then) : IDisposable
    {
        public void Dispose() => then();
    }
}
