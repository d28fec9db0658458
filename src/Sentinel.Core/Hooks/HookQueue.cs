using Sentinel.Model;

namespace Sentinel.Core.Hooks;

/// <summary>What a hook is still to hear of: in order, one at a time, and bounded.</summary>
public sealed class HookQueue
{
    /// <summary>With more, the oldest are counted rather than told.</summary>
    public const int Most = 1000;

    private readonly Queue<Event> _waiting = new();
    private int _left;

    /// <summary>Whether there is nothing to tell.</summary>
    public bool IsEmpty => _waiting.Count == 0;

    public int Count => _waiting.Count;

    public void Add(Event happened)
    {
        _waiting.Enqueue(happened);
        if (_waiting.Count <= Most)
            return;
        _waiting.Dequeue();
        _left++;
    }

    /// <summary>The next, and how many before it are not told.</summary>
    public (Event Happened, int Left) Take()
    {
        var left = _left;
        _left = 0;
        return (_waiting.Dequeue(), left);
    }
}
