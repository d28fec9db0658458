using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Keepers;

/// <summary>Sees at once when a lease is over: waits for the end of each owner, and for the next term to expire.</summary>
/// <param name="over">Called when some lease may be over.</param>
internal sealed class LeaseKeeper(IProcessHandles handles, ILoop loop, TimeProvider time, Action over) : IKeeper
{
    private readonly Dictionary<ProcessIdentity, Watch> _owners = [];
    private IDisposable? _timer;
    private DateTimeOffset? _expires;

    /// <summary>Notes which leases there are.</summary>
    public void Changed(State state)
    {
        var owners = new HashSet<ProcessIdentity>();
        DateTimeOffset? expires = null;
        foreach (var record in state.Processes.Values.Where(record => record.IsHeldByLease()))
        {
            var lease = record.Spec.Lease!;
            if (lease.Owner is { } owner)
                owners.Add(owner.Identity);
            if (lease.Term is { } term && (expires is null || term.Expires < expires))
                expires = term.Expires;
        }

        foreach (var gone in _owners.Keys.Where(owner => !owners.Contains(owner)).ToList())
            if (_owners.Remove(gone, out var watch))
                watch.Dispose();
        foreach (var owner in owners)
            if (!_owners.ContainsKey(owner))
                _owners[owner] = Begin(owner);
        SetTimer(expires);
    }

    private Watch Begin(ProcessIdentity owner) => handles.Open(owner) is { } handle
        ? new Watch(loop.WhenEnded(handle, over), handle)
        // It ended while nobody watched.
        : new Watch(loop.After(TimeSpan.Zero, over), null);

    private void SetTimer(DateTimeOffset? expires)
    {
        if (expires == _expires)
            return;
        _timer?.Dispose();
        _expires = expires;
        _timer = expires is { } at ? loop.After(at - time.GetUtcNow(), () => TimeIsUp(at)) : null;
    }

    // The clock that leases go by may be a little slower than the loop's.
    private void TimeIsUp(DateTimeOffset expires)
    {
        if (time.GetUtcNow() >= expires)
        {
            over();
            return;
        }

        _expires = null;
        SetTimer(expires);
    }

    private sealed record Watch(IDisposable Waiting, IProcessHandle? Handle) : IDisposable
    {
        public void Dispose()
        {
            Waiting.Dispose();
            Handle?.Dispose();
        }
    }
}
