// C twin of a memory-port learning switch (ring -> learn -> lookup -> ring, sink and recycle included): the limit to compare with.
// usage: memswitch PORTS MACS BATCH BUFFERS LEN COPY(0|1) TWO_CORES(0|1) STRIDE HUGE(0|1) SECONDS [CPU]     e.g. memswitch 8 64 64 1024 64 0 0 2112 1 1
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <stdatomic.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <sys/mman.h>
typedef uint64_t u64; typedef uint32_t u32;
#define M48 0xFFFFFFFFFFFFULL
static double now(){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+t.tv_nsec*1e-9;}
static void pin(int c){cpu_set_t s;CPU_ZERO(&s);CPU_SET(c,&s);sched_setaffinity(0,sizeof s,&s);}
typedef struct { _Atomic u64 prod; char p0[120]; _Atomic u64 cons; char p1[120]; u64 slot[]; } shr;
typedef struct { shr*r; u64 mask,size,tail,ccons; char pad[64];} prodv;
typedef struct { shr*r; u64 mask,head,cprod; char pad[64];} consv;
static u64 *table; static u64 tmask; static int tshift;
static char*pool; static u64 stride; 
static int NP,NB,B,NM,COPY,TWO,ROUNDS; static u64 RS;
static prodv *rxp,*txp; static consv *rxc,*txc;
static char* copybase;
static inline u64 hash(u64 k){ u64 h=k*0x9E3779B97F4A7C15ULL; return h>>tshift; }
static inline void learn(u64 mac,u64 port){ u64 i=hash(mac)&tmask; for(;;){u64 e=table[i]; if((e&M48)==mac){ if((e>>48)!=port) table[i]=mac|port<<48; return;} if(!e){table[i]=mac|port<<48;return;} i=(i+1)&tmask;} }
static inline int lookup(u64 mac){ u64 i=hash(mac)&tmask; for(;;){u64 e=table[i]; if((e&M48)==mac) return e>>48; if(!e) return -1; i=(i+1)&tmask;} }
static inline u64 avail(consv*c,u64 want){ u64 n=c->cprod-c->head; if(n<want){ c->cprod=atomic_load_explicit(&c->r->prod,memory_order_acquire); n=c->cprod-c->head;} return n<want?n:want; }
static inline int space(prodv*p){ if(p->tail-p->ccons>=p->size){ p->ccons=atomic_load_explicit(&p->r->cons,memory_order_acquire); if(p->tail-p->ccons>=p->size) return 0;} return 1; }
static u64 drops,flood;
static u64 h0[256],h1[256],dd[256];
static int sw_port(int p){
  consv*c=&rxc[p]; u64 n=avail(c,B); if(!n) return 0;
  shr*r=c->r; u64 hd=c->head;
  for(u64 i=0;i<n;i++){ u64 d=r->slot[(hd+i)&c->mask]; dd[i]=d; char*a=pool+(d&0xffffffff)*stride; memcpy(&h0[i],a,8); memcpy(&h1[i],a+8,8);}  
  u64 dirty=0;
  for(u64 i=0;i<n;i++){ u64 d=dd[i]; u64 dst=h0[i]&M48, src=(h0[i]>>48)|((h1[i]&0xffffffff)<<16);
    learn(src,p); int o=lookup(dst); if(o<0){flood++;continue;}
    prodv*t=&txp[o]; if(!space(t)){drops++;continue;}
    if(COPY){ u64 len=(d>>32)&0xffff; char*da=copybase+((u64)o*RS+(t->tail&t->mask))*2048; memcpy(da,pool+(d&0xffffffff)*stride,len);
      t->r->slot[t->tail++&t->mask]=d;
    } else t->r->slot[t->tail++&t->mask]=d;
    dirty|=1ULL<<o; }
  c->head=hd+n; atomic_store_explicit(&r->cons,c->head,memory_order_release);
  while(dirty){int o=__builtin_ctzll(dirty);dirty&=dirty-1; atomic_store_explicit(&txp[o].r->prod,txp[o].tail,memory_order_release);} 
  return n; }
static int sink_port(int p){ consv*c=&txc[p]; u64 n=avail(c,B); if(!n) return 0; shr*r=c->r; u64 hd=c->head; u64 dirty=0;
  for(u64 i=0;i<n;i++){ u64 d=r->slot[(hd+i)&c->mask]; int in=d>>48; prodv*t=&rxp[in]; t->r->slot[t->tail++&t->mask]=d; dirty|=1ULL<<in; }
  c->head=hd+n; atomic_store_explicit(&r->cons,c->head,memory_order_release);
  while(dirty){int o=__builtin_ctzll(dirty);dirty&=dirty-1; atomic_store_explicit(&rxp[o].r->prod,rxp[o].tail,memory_order_release);} return n; }
static _Atomic int stop;
static void* sinkth(void*x){ pin(0); while(!stop) for(int p=0;p<NP;p++) sink_port(p); return 0; }
static shr* mkring(){ shr*r; posix_memalign((void**)&r,4096,sizeof(shr)+RS*8); memset(r,0,sizeof(shr)+RS*8); return r; }
int main(int ac,char**av){ if((ac!=11&&ac!=12)||atoi(av[1])<2||atoi(av[1])>64||atoi(av[2])<atoi(av[1])||atoi(av[3])<1||atoi(av[3])>256){fprintf(stderr,"usage: memswitch PORTS(2..64) MACS(>=PORTS) BATCH(1..256) BUFFERS LEN COPY(0|1) TWO_CORES(0|1) STRIDE HUGE(0|1) SECONDS [CPU]\n");return 2;} NP=atoi(av[1]);NM=atoi(av[2]);B=atoi(av[3]);NB=atoi(av[4]);int len=atoi(av[5]);COPY=atoi(av[6]);TWO=atoi(av[7]);stride=atoi(av[8]);int huge=atoi(av[9]);double secs=atof(av[10]);
  u64 psz=(u64)NB*stride; psz=(psz+(2<<20)-1)&~((2ULL<<20)-1); posix_memalign((void**)&pool,2<<20,psz+(2<<20)); madvise(pool,psz,huge?MADV_HUGEPAGE:MADV_NOHUGEPAGE); memset(pool,0,psz);
  int ts=1; while(ts<NM*4) ts<<=1; if(ts<64)ts=64; table=aligned_alloc(64,ts*8); memset(table,0,ts*8); tmask=ts-1; tshift=64-__builtin_ctz(ts);
  RS=1; while(RS<(u64)NB) RS<<=1; // any ring may hold all
  if(RS>4096&&NP>8) { RS=4096; }
  rxp=calloc(NP,sizeof*rxp);txp=calloc(NP,sizeof*txp);rxc=calloc(NP,sizeof*rxc);txc=calloc(NP,sizeof*txc);
  for(int p=0;p<NP;p++){ shr*a=mkring(),*b=mkring(); rxp[p]=(prodv){a,RS-1,RS,0,0};rxc[p]=(consv){a,RS-1,0,0};txp[p]=(prodv){b,RS-1,RS,0,0};txc[p]=(consv){b,RS-1,0,0}; }
  if(COPY){ posix_memalign((void**)&copybase,2<<20,(u64)NP*RS*2048); madvise(copybase,(u64)NP*RS*2048,huge?MADV_HUGEPAGE:MADV_NOHUGEPAGE); memset(copybase,0,(u64)NP*RS*2048);} 
  u64 seed=42; 
  for(int i=0;i<NB;i++){ int p=i%NP; seed=seed*6364136223846793005ULL+1442695040888963407ULL; int perp=NM/NP; u64 s=(seed>>33)%perp; u64 o=(p+1+((seed>>20)&0xfff)%(NP-1))%NP; u64 t=(seed>>45)%perp; u64 src=0x020000000000ULL|(s*NP+p), dst=0x020000000000ULL|(t*NP+o);
    src=__builtin_bswap64(src)>>16; dst=__builtin_bswap64(dst)>>16; char*a=pool+(u64)i*stride; memcpy(a,&dst,6); memcpy(a+6,&src,6);
    rxp[p].r->slot[rxp[p].tail++]=(u64)i|(u64)len<<32|(u64)p<<48; rxp[p].r->prod=rxp[p].tail; }
  for(int m=0;m<NM;m++){ u64 mac=__builtin_bswap64(0x020000000000ULL|m)>>16; learn(mac,m%NP);} 
  pin(ac==12?atoi(av[11]):1); pthread_t th; if(TWO) pthread_create(&th,0,sinkth,0);
  for(int rep=0;rep<3;rep++){ u64 n=0; double t0=now(),t1; do{ for(int k=0;k<64;k++){ for(int p=0;p<NP;p++) n+=sw_port(p); if(!TWO) for(int p=0;p<NP;p++) sink_port(p);} t1=now(); }while(t1-t0<secs); t1=now(); printf("C ports=%d macs=%d batch=%d bufs=%d len=%d copy=%d two=%d stride=%lu huge=%d Mpps=%.1f ns=%.2f drops=%lu flood=%lu\n",NP,NM,B,NB,len,COPY,TWO,stride,huge,n/(t1-t0)/1e6,(t1-t0)*1e9/n,drops,flood);} 
  stop=1; return 0; }
