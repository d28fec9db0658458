using CsCheck;
using Sentinel.Core.Host;
using Sentinel.Core.Trees;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Trees;

public sealed class ProcessTreesTests
{
    private readonly Machine _machine = new();

    [Fact]
    public void The_main_process_and_all_its_descendants_are_of_the_tree()
    {
        var main = _machine.Add("web");
        var child = _machine.Fork(main);
        var grandchild = _machine.Fork(child);
        _machine.Add();

        AssertTree(RootOf(main, "web"), main, child, grandchild);
    }

    [Fact]
    public void A_descendant_is_of_the_tree_without_cookie_and_in_a_session_of_its_own()
    {
        var main = _machine.Add("web");
        var child = _machine.Add(cookie: null, parent: main.Pid);

        AssertTree(RootOf(main, "web"), main, child);
    }

    [Fact]
    public void Whoever_stays_in_the_session_is_of_the_tree_with_its_parents_gone_and_its_environment_emptied()
    {
        var main = _machine.Add("web");
        var orphan = _machine.Add(cookie: null, session: main.Session);

        AssertTree(RootOf(main, "web"), main, orphan);
    }

    [Fact]
    public void Whoever_left_session_and_parents_is_found_by_the_cookie_and_so_are_its_descendants()
    {
        var main = _machine.Add("web");
        var doubleForked = _machine.Add("web");
        var child = _machine.Add(cookie: null, parent: doubleForked.Pid);

        AssertTree(RootOf(main, "web"), main, doubleForked, child);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_outlives_its_leader_when_a_member_has_the_cookie(bool isLeaderAZombie)
    {
        _machine.KeepsZombies = isLeaderAZombie;
        var main = _machine.Add("web");
        var member = _machine.Fork(main);
        var emptied = _machine.Add(cookie: null, session: main.Session);
        main.End(0);

        AssertTree(new TreeRoot(1, "web", null, main.Pid, StopRule.Default), member, emptied);
        AssertTree(RootOf(main, "web"), member, emptied);
    }

    [Fact]
    public void The_number_of_a_session_alone_proves_nothing()
    {
        var main = _machine.Add("web");
        _machine.Add(cookie: null, session: main.Session);
        main.End(0);

        AssertTree(new TreeRoot(1, "web", null, main.Pid, StopRule.Default));
    }

    [Fact]
    public void A_recycled_pid_is_not_of_the_tree_nor_are_its_children_and_its_session()
    {
        var main = _machine.Add("web");
        main.End(0);
        var stranger = _machine.Add(pid: main.Pid, start: main.Start + 1);
        _machine.Fork(stranger);

        AssertTree(RootOf(main, "web"));
        AssertTree(new TreeRoot(1, "web", null, main.Pid, StopRule.Default));
    }

    [Fact]
    public void A_process_of_the_same_pid_and_start_in_another_boot_is_another()
    {
        var main = _machine.Add();
        var root = RootOf(main, "web");
        _machine.BootId = "the next boot";

        AssertTree(root);
    }

    [Fact]
    public void A_child_that_is_marked_as_anothers_is_of_that_tree_only()
    {
        var main = _machine.Add("web");
        var nested = _machine.Add("worker", parent: main.Pid);
        var ofNested = _machine.Add("worker", parent: nested.Pid);
        var emptied = _machine.Add(cookie: null, parent: nested.Pid);

        AssertTree(RootOf(main, "web"), main);
        var both = Find(RootOf(main, "web"), new TreeRoot(2, "worker", null, null, StopRule.Default));
        Assert.Equal([main.Pid], both[1]);
        Assert.Equal([nested.Pid, ofNested.Pid, emptied.Pid], both[2]);
    }

    [Fact]
    public void What_is_known_of_other_trees_is_not_of_this_one_and_they_are_not_asked_for()
    {
        var main = _machine.Add("web");
        var nested = _machine.Add(cookie: null, parent: main.Pid);
        _machine.Add(cookie: null, session: nested.Session);
        var other = new TreeRoot(2, "worker", nested.Identity, nested.Pid, StopRule.Default);

        var found = ProcessTrees.Find([RootOf(main, "web")], new Snapshot(_machine), others: [RootOf(main, "web"), other]);

        Assert.Equal(main.Pid, Assert.Single(Assert.Single(found).Value).Pid);
    }

    [Fact]
    public void The_tree_of_a_process_is_that_of_all_its_runs_and_a_run_has_one_of_its_own()
    {
        var main = _machine.Add("web.2");
        var left = _machine.Add("web.2");
        var marked = _machine.Add(cookie: null, mark: TreeMark.Of("web.2"));
        var before = _machine.Add("web.1");
        var markedBefore = _machine.Add(cookie: null, mark: TreeMark.Of("web.1"));
        var unnumbered = _machine.Add("web");
        var markedUnnumbered = _machine.Add(cookie: null, mark: TreeMark.Of("web"));
        _machine.Add("webs.2");
        _machine.Add("web.2", parent: _machine.Add("other.2").Pid);

        AssertTree(RootOf(main, "web"), main, left, marked, before, markedBefore, unnumbered, markedUnnumbered, _machine[_machine.NewestPid]);
        AssertTree(RootOf(main, "web.2"), main, left, marked, _machine[_machine.NewestPid]);
    }

    [Fact]
    public void What_an_earlier_run_has_left_is_not_of_the_session_of_the_next()
    {
        var before = _machine.Add("web.1");
        _machine.Fork(before);
        before.End(0);
        var record = Policy.Sample.Record with
        {
            Cookie = "web",
            RunNumber = 2,
            State = Policy.Sample.State("starting"),
            LastRun = new EndedRun(before.Pid, Policy.Sample.Start, Policy.Sample.Start, Witnessed: true, new Exit.Code(0)),
        };

        Assert.Empty(Find(TreeRoot.OfRun(record)));
        Assert.Single(Find(TreeRoot.Of(record)));
    }

    [Fact]
    public void Whoever_lost_everything_but_the_mark_is_found_by_it_and_another_trees_mark_is_another_trees()
    {
        var main = _machine.Add("web");
        var left = _machine.Add(cookie: null, mark: TreeMark.Of("web"));
        _machine.Add(cookie: null, mark: TreeMark.Of("another home's"), parent: main.Pid);
        _machine.Add(cookie: "worker", mark: TreeMark.Of("web"));

        AssertTree(RootOf(main, "web"), main, left);
    }

    [Fact]
    public void A_mark_is_told_from_any_limit_that_somebody_sets()
    {
        Assert.True(TreeMark.IsOne(TreeMark.Of("web")));
        Assert.NotEqual(TreeMark.Of("web"), TreeMark.Of("worker"));
        Assert.DoesNotContain(new ulong[] { 0, 5_000_000, TreeMark.Least - 1, 3UL << 61, ulong.MaxValue }, TreeMark.IsOne);
    }

    [Fact]
    public void What_was_made_while_one_looked_is_seen_as_well()
    {
        var main = _machine.Add("web");
        Machine.MadeUp? late = null;
        _machine.BehindNextPass = () => late = _machine.Add("web");

        var found = Find(RootOf(main, "web"));

        Assert.Equal([main.Pid, late!.Pid], found[1]);
    }

    [Fact]
    public void The_process_that_looks_is_never_of_a_tree()
    {
        var main = _machine.Add("web");
        _machine.Add("web", parent: main.Pid, session: main.Session, pid: Environment.ProcessId);

        AssertTree(RootOf(main, "web"), main);
    }

    [Fact]
    public void A_zombie_is_not_of_the_tree_but_its_session_is()
    {
        _machine.KeepsZombies = true;
        var main = _machine.Add("web");
        var child = _machine.Add(cookie: null, parent: main.Pid, session: main.Session);
        main.End(0);

        AssertTree(RootOf(main, "web"), child);
    }

    [Fact]
    public void Parents_that_go_round_in_a_circle_end_the_search()
    {
        var main = _machine.Add("web");
        var one = _machine.Add();
        var other = _machine.Add(parent: one.Pid);
        one.Parent = other.Pid;

        AssertTree(RootOf(main, "web"), main);
    }

    [Fact]
    public void Who_asks_for_no_tree_looks_at_no_process()
    {
        Assert.Empty(Find());
        Assert.Equal(0, _machine.Passes);
    }

    /// <summary>Some processes of a table that nobody made with care: any may be in any session, with any cookie or none.</summary>
    private static readonly Gen<(int Parent, int Session, string? Cookie, bool HasEnded)[]> AnyTable =
        Gen.Select(
            Gen.Int[-1, 11],
            Gen.Int[-1, 11],
            Gen.Int[0, 4].Select(n => n switch { 0 => "one", 1 => "two", 2 => "foreign", _ => null }),
            Gen.Int[0, 5].Select(n => n == 0))
        .Array[2, 12];

    [Fact]
    public void Only_who_is_tied_to_a_tree_is_of_it_and_whoever_carries_a_cookie_is_of_one() => AnyTable.Sample(table =>
    {
        var machine = new Machine { KeepsZombies = true };
        var processes = table.Select(row => machine.Add(row.Cookie, session: PidOf(row.Session, table.Length))).ToList();
        for (var i = 0; i < table.Length; i++)
            processes[i].Parent = PidOf(table[i].Parent, table.Length) ?? Machine.Init;
        foreach (var (process, row) in processes.Zip(table))
            if (row.HasEnded)
                process.End(0);

        TreeRoot[] roots = [RootOf(processes[0], "one", 1), RootOf(processes[1], "two", 2)];
        var found = ProcessTrees.Find(roots, new Snapshot(machine));

        var members = found.Values.SelectMany(tree => tree).Select(member => member.Pid).ToList();
        Assert.Equal(members.Distinct(), members);
        foreach (var root in roots)
            foreach (var member in found.GetValueOrDefault(root.Id) ?? [])
            {
                Assert.False(member.HasEnded);
                Assert.True(IsTied(member, root, machine), $"{member} is in no way tied to {root}");
                Assert.True(
                    IsMainOrInSession(member, root) || machine.CookieOf(member.Pid) is var cookie && (cookie is null || cookie == root.Cookie),
                    $"{member} is another's, not of {root}");
            }

        foreach (var process in processes)
            if (!process.HasEnded && roots.Any(root => root.Cookie == process.Cookie))
                Assert.Contains(process.Pid, members);
    });

    private static int? PidOf(int index, int count) => index >= 0 && index < count ? 5_000_000 + index : null;

    private static bool IsMainOrInSession(Sighting process, TreeRoot root) =>
        process.Pid == root.Identity!.Pid || process.Session == root.SessionId;

    private static bool IsTied(Sighting process, TreeRoot root, Machine machine)
    {
        var passed = new HashSet<int>();
        for (Sighting? at = process; at is { } here && passed.Add(here.Pid); at = machine.Look(here.Parent))
            if (IsMainOrInSession(here, root) || machine.CookieOf(here.Pid) == root.Cookie)
                return true;
        return false;
    }

    private static TreeRoot RootOf(Machine.MadeUp main, string cookie, int id = 1) => new(id, cookie, main.Identity, main.Pid, StopRule.Default);

    private Dictionary<int, List<int>> Find(params TreeRoot[] roots) =>
        ProcessTrees.Find(roots, new Snapshot(_machine)).ToDictionary(tree => tree.Key, tree => tree.Value.ConvertAll(member => member.Pid));

    private void AssertTree(TreeRoot root, params Machine.MadeUp[] members) =>
        Assert.Equal(members.Select(member => member.Pid).Order(), (Find(root).GetValueOrDefault(root.Id) ?? []).Order());
}
