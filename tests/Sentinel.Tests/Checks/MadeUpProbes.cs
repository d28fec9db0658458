using System.Net;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Checks;

/// <summary>Probes that a test answers.</summary>
internal sealed class MadeUpProbes : IProbes
{
    private readonly List<Question> _open = [];
    private readonly Dictionary<NotifyAddress, (Action<string> Told, Action<int> Doubted)> _ears = [];

    public List<Probe> Asked { get; } = [];

    public int Open => _open.Count;

    public IEnumerable<NotifyAddress> Addresses => _ears.Keys;

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

    public void Say(NotifyAddress address, string message) => _ears[address].Told(message);

    /// <summary>Somebody says something who is not of the tree.</summary>
    public void Doubt(NotifyAddress address, int pid) => _ears[address].Doubted(pid);

    public IDisposable Ask(Probe probe, Launch launch, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then)
    {
        Asked.Add(probe);
        var question = new Question(judge, then);
        _open.Add(question);
        return new Over(() => _open.Remove(question));
    }

    public IDisposable Listen(NotifyAddress address, Func<TreeRoot> tree, Action<string> told, Action<int> doubted)
    {
        _ears.Add(address, (told, doubted));
        return new Over(() => _ears.Remove(address));
    }

    private sealed record Question(Func<IPEndPoint, string?> Judge, Action<string?> Then);

    private sealed class Over(Action then) : IDisposable
    {
        public void Dispose() => then();
    }
}
