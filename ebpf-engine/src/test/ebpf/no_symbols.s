# SPDX-License-Identifier: Apache-2.0
# A section without symbols: a program that calls a function behind it, as hand-made objects have them.
    .section prog, "ax"
    r1 = 3
    .8byte 0x0000000100001085 # call of the function behind exit
    exit
    r0 = r1
    r0 += -1
    exit

    .section license, "aw"
    .asciz "GPL"
