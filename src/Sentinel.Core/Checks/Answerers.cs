using System.Net;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;

namespace Sentinel.Core.Checks;

/// <summary>Finds out which process answers on an address of this machine.</summary>
/// <param name="State">The registered processes.</param>
public sealed record Answerers(IListeningSockets Sockets, IProcessTable Table, Func<State> State, TimeProvider Time)
{
    /// <summary>Keeps what is known about one process's answers, so that an unchanged answerer is not searched for again.</summary>
    public Of ForOne() => new(this);

    /// <summary>Tells whether a process itself answers, or a stranger.</summary>
    public sealed class Of(Answerers all)
    {
        // Identifying a stranger takes a look at every process.
        private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

        private (IPEndPoint Address, ProcessIdentity? Main, ProcessIdentity Holder, HeldSocket Socket)? _own;
        private (IPEndPoint Address, IReadOnlyList<ulong> Sockets, long At, string Why)? _stranger;

        /// <summary>Null when it is of the process's tree, or nobody can tell; otherwise who it is, as the end of a sentence.</summary>
        /// <param name="address">The address that an answer has come from.</param>
        public string? WhyNot(ProcessRecord record, IPEndPoint address)
        {
            var main = record.State.Main;
            if (_own is { } own && own.Address.Equals(address) && own.Main == main && all.Table.MayBeAlive(own.Holder) && all.Sockets.IsHeld(own.Socket))
                return null;
            // A socket that it holds did not belong to another process a moment ago.
            var sockets = all.Sockets.At(address, isNow: false);
            if (main is not null && sockets.Count > 0 && Holds(main.Pid, out _))
                return null;
            sockets = all.Sockets.At(address, isNow: true);
            if (sockets.Count == 0 || (main is not null && Holds(main.Pid, out _)))
                return null;
            if (_stranger is { } known && known.Address.Equals(address) && known.Sockets.SequenceEqual(sockets) && all.Time.GetElapsedTime(known.At) < Again)
                return known.Why;

            var snapshot = new Snapshot(all.Table);
            var members = ProcessTrees.Find([TreeRoot.OfRun(record)], snapshot, all.State().Processes.Values.Select(TreeRoot.Of)).GetValueOrDefault(record.Id, []);
            foreach (var member in members)
            {
                if (Holds(member.Pid, out var isSeen))
                    return null;
                // It may be the answerer.
                if (!isSeen)
                    return null;
            }

            // Others may hold the socket as well, as a server's children do.
            var stranger = snapshot.All.Values.OrderBy(process => process.StartTicks)
                .Where(process => all.Sockets.HeldBy(process.Pid, sockets, out _) is not null)
                .Select(process => (int?)process.Pid)
                .FirstOrDefault();
            if (stranger is not { } pid || all.Sockets.ProgramOf(pid) is not { } program)
                return null;
            var why = $"{address} is answered by {program} (pid {pid}), which is not part of {record.Spec.Name}";
            _stranger = (address, sockets, all.Time.GetTimestamp(), why);
            return why;

            bool Holds(int pid, out bool isSeen)
            {
                if (all.Sockets.HeldBy(pid, sockets, out isSeen) is not { } held || all.Table.Look(pid) is not { HasEnded: false } holder)
                    return false;
                _own = (address, main, all.Table.IdentityOf(holder), held);
                return true;
            }
        }
    }
}
