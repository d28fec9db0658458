using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class OwnershipTests
{
    private static readonly Owner Shell = new(new ProcessIdentity(812, 99, "boot"), "bash");

    private static readonly Term TwoHours = Term.From(Clock.Start, TimeSpan.FromHours(2));

    private static readonly DateTimeOffset Now = Clock.Start.AddSeconds(30);

    [Fact]
    public void The_list_has_a_column_for_owners_only_when_somebody_has_one()
    {
        var persistent = new ProcessView(Sample.Record(1, "web"), null);

        Assert.DoesNotContain("OWNER", ProcessList.Lines([persistent.Info()], Sample.Plain, Now).ElementAt(1));
        Assert.Equal(
            """
            | ID | NAME   | PID | STATUS  | CPU | MEM | UPTIME | RESTART | GROUP | OWNER                                  | COMMAND          |
            |  1 | web    |   - | stopped |   - |   - |      - |    -    |   -   | -                                      | python server.py |
            |  2 | leased |   - | stopped |   - |   - |      - |    -    |   -   | until bash 812, ttl 1h 59m, session s1 | python server.py |
            """.Split('\n'),
            ProcessList.Lines([persistent.Info(), Leased(new Lease { Owner = Shell, Term = TwoHours, Session = "s1" }).Info()], Sample.Plain, Now)
                .Where(line => line[0] == '|'));
    }

    [Theory]
    [InlineData(true, false, "until bash 812, over")]
    [InlineData(false, true, "ttl, over")]
    public void A_lease_that_is_over_says_so(bool hasOwner, bool hasTerm, string cell) => Assert.Equal(
        cell,
        Ownership.Cell(LeaseInfo.From(new Lease { Owner = hasOwner ? Shell : null, Term = hasTerm ? TwoHours : null }, "why"), Now));

    [Fact]
    public void The_details_tell_who_has_it_and_who_started_it()
    {
        var view = Leased(new Lease { Owner = Shell, Term = TwoHours, Session = "s1" });
        view = view with
        {
            Record = view.Record with { Origin = new Origin([new Ancestor(812, "bash"), new Ancestor(790, "agent")], "/home/user", Clock.Start) },
        };

        var lines = Details(view);

        Assert.Contains($"  Lease:     until bash (pid 812) ends; 2h, until {Text.Time(TwoHours.Expires)}; in session s1", lines);
        Assert.Contains($"  Origin:    bash (pid 812) < agent (pid 790), in /home/user, {Text.Time(Clock.Start)}", lines);
    }

    [Fact]
    public void One_whose_lease_is_over_says_why_and_what_ends_it()
    {
        var over = Leased(new Lease { Owner = Shell }) with { LeaseOver = "bash (pid 812) has ended" };
        var running = over with { Record = over.Record with { State = new RunState.Running(Clock.Start, new ProcessIdentity(7, 1, "boot")) } };
        var ended = over with { Record = over.Record with { LeaseOver = "bash (pid 812) has ended" } };

        Assert.Contains("  Status:    running (its lease is over: bash (pid 812) has ended; 'sentinel gc' ends it)", Details(running));
        Assert.Contains("  Status:    stopped (its lease is over: bash (pid 812) has ended)", Details(ended));
    }

    [Fact]
    public void Foreign_text_is_shown_without_what_a_terminal_would_obey()
    {
        var lease = new Lease { Owner = Shell with { Program = "\e[31m" } };

        Assert.Equal(@"until \x1b[31m 812", Ownership.Cell(LeaseInfo.From(lease, null), Now));
        Assert.Equal(@"until \x1b[31m (pid 812) ends", Ownership.Line(LeaseInfo.From(lease, null)));
        Assert.Contains(@"\x1b[31m (pid 7), in /\x1b", Ownership.Line(OriginInfo.From(new Origin([new Ancestor(7, "\e[31m")], "/\e", Clock.Start))));
    }

    private static ProcessView Leased(Lease lease)
    {
        var record = Sample.Record(2, "leased");
        return new ProcessView(record with { Spec = record.Spec with { Lease = lease } }, null);
    }

    private static string[] Details(ProcessView view) =>
        [.. ProcessDetails.Lines(view.Info(), LogRung.Collapse, Now, Sample.Plain)];
}
