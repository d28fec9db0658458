using Sentinel.Core.Host;
using Sentinel.Linux.Proc;

namespace Sentinel.Tests.Linux;

public sealed class AncestryTests
{
    private static readonly ProcessTable Table = new();

    [Theory]
    [InlineData("bash\0", "bash")]
    [InlineData("-bash\0", "bash")]
    [InlineData("/usr/bin/python3\0/srv/agent.py\0", "python3")]
    [InlineData("/opt/My App/app\0--port=80\0", "app")]
    [InlineData("sshd: user@pts/0\0", "sshd")]
    [InlineData("nginx: master process /usr/sbin/nginx\0", "nginx")]
    [InlineData("", "")]
    public void A_program_is_called_what_people_call_it(string commandLine, string name) => Assert.Equal(name, Ancestry.NameIn(commandLine));

    [Fact]
    public void The_caller_is_told_with_all_that_had_started_it_the_nearest_first()
    {
        var origin = new Ancestry(Table).OfCaller(DateTimeOffset.UnixEpoch);

        var pid = Table.Look(Environment.ProcessId)!.Value.Parent;
        foreach (var ancestor in origin.Ancestry)
        {
            Assert.Equal(pid, ancestor.Pid);
            Assert.NotEmpty(ancestor.Program);
            pid = Table.Look(pid)!.Value.Parent;
        }

        Assert.True(pid <= 1 || origin.Ancestry.Count == 16);
        Assert.Equal((Environment.CurrentDirectory, DateTimeOffset.UnixEpoch), (origin.Folder, origin.At));
    }

    [Fact]
    public void An_owner_is_this_very_process_and_no_other_that_will_have_its_pid()
    {
        var owner = new Ancestry(Table).Find(Environment.ProcessId)!;

        Assert.Equal((Environment.ProcessId, Table.BootId), (owner.Identity.Pid, owner.Identity.BootId));
        Assert.True(Table.MayBeAlive(owner.Identity));
        Assert.False(Table.MayBeAlive(owner.Identity with { StartTicks = owner.Identity.StartTicks + 1 }));
    }

    [Fact]
    public void What_is_no_process_owns_nothing()
    {
        Assert.Null(new Ancestry(Table).Find(int.MaxValue));
        // A thread is in /proc as well, where one looks for it.
        var thread = Directory.GetDirectories("/proc/self/task").Select(path => int.Parse(Path.GetFileName(path))).First(id => id != Environment.ProcessId);
        Assert.Null(new Ancestry(Table).Find(thread));
    }
}
